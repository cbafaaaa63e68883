#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/attention.hpp"
#include "core/kernels/parallel.hpp"

namespace qklab::autodiff {
namespace {

// Operand: qkv (B,T,3D). Saves each head's weights, and scratch for those of each part that a thread may
// take.
template <class T> struct Heads {
  kernels::Head head;
  int batch, heads;
  std::size_t dim;

  Heads(const Shape& qkv, const Attend& how) : batch(qkv[0]), heads(how.heads) {
    const int width = qkv[2] / 3;
    dim = static_cast<std::size_t>(width);
    head = {qkv[1], width / heads, 3 * width, width, how.mask};
  }
  std::size_t count() const { return static_cast<std::size_t>(batch) * static_cast<std::size_t>(heads); }
  std::size_t parts() const { return std::min<std::size_t>(count(), 8); }
  std::size_t saved() const { return count() * head.weights() + parts() * head.scratch(); }

  // Calls body(offset of the head in qkv, in the output, of its weights, of its part's scratch, the last two
  // among what is saved). `products`: of a head, each length x length x width.
  template <class Body> void for_each(double products, Body body) const {
    const auto width = static_cast<std::size_t>(head.width), length = static_cast<std::size_t>(head.length);
    const double heads_a_part = static_cast<double>(count()) / static_cast<double>(parts());
    const double square = static_cast<double>(length * length), operations = 2 * square * head.width;
    kernels::parallel(
        static_cast<int>(parts()), products * operations * heads_a_part, [&](int begin, int end) {
          for (auto part = static_cast<std::size_t>(begin); part < static_cast<std::size_t>(end); ++part) {
            const std::size_t scratch = count() * head.weights() + part * head.scratch();
            for (std::size_t i = count() * part / parts(); i < count() * (part + 1) / parts(); ++i) {
              const std::size_t b = i / static_cast<std::size_t>(heads),
                                h = i % static_cast<std::size_t>(heads);
              body(b * length * 3 * dim + h * width, b * length * dim + h * width, i * head.weights(),
                   scratch);
            }
          }
        });
  }
};

template <class T> void forward(const Call<T>& c) {
  const Heads<T> all(c.shape(0), attributes<Attend>(c));
  const auto scale = static_cast<T>(attributes<Attend>(c).scale);
  all.for_each(2, [&](std::size_t in, std::size_t out, std::size_t weights, std::size_t scratch) {
    const T* q = c.in(0) + in;
    kernels::attention(all.head, scale, q, q + all.dim, q + 2 * all.dim, c.saved() + weights,
                       c.saved() + scratch, c.out() + out);
  });
}

template <class T> void backward(const Call<T>& c) {
  const Heads<T> all(c.shape(0), attributes<Attend>(c));
  const auto scale = static_cast<T>(attributes<Attend>(c).scale);
  const T beta = c.begin(0);
  all.for_each(4, [&](std::size_t in, std::size_t out, std::size_t weights, std::size_t scratch) {
    const T* q = c.in(0) + in;
    T* dq = c.in_gradient(0) + in;
    kernels::attention_backward(all.head, scale, q, q + all.dim, q + 2 * all.dim, c.saved() + weights,
                                c.out_gradient() + out, c.saved() + scratch, beta, dq, dq + all.dim,
                                dq + 2 * all.dim);
  });
}

}  // namespace

template <class T> Tensor<T> attend(Tensor<T> qkv, Attend how) {
  static constexpr Rule<T> rule{"attend", forward<T>, backward<T>, true};
  const Shape shape = qkv.shape();
  if (shape.rank() != 3 || how.heads < 1 || shape[2] % (3 * how.heads) != 0) {
    bad_shapes("attend", {shape}, fmt::format("needs q, k and v of {} heads side by side", how.heads));
  }
  if (!how.mask.is_prefix()) bad_shapes("attend", {shape}, "takes no window: use softmax of the scores");
  return qkv.tape->record(rule, {qkv}, shape.with(2, shape[2] / 3), how, Heads<T>(shape, how).saved());
}

template Tensor<float> attend(Tensor<float>, Attend);
template Tensor<double> attend(Tensor<double>, Attend);

}  // namespace qklab::autodiff
