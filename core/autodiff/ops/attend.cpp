#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/attention.hpp"
#include "core/kernels/fused/dropout.hpp"
#include "core/kernels/parallel.hpp"

namespace qklab::autodiff {
namespace {

// Operand: qkv (B,T,(H+2G)m). Saves each head's weights, then what is left of them where some are dropped, and scratch for
// each part that a thread may take.
template <class T> struct Heads {
  kernels::Head head;
  std::size_t batch, heads, groups;
  std::optional<kernels::Drop> drop;

  Heads(const Shape& qkv, const Attend& how)
      : batch(qkv.extent(0)),
        heads(static_cast<std::size_t>(how.heads)),
        groups(static_cast<std::size_t>(how.groups > 0 ? how.groups : how.heads)) {
    const int width = qkv[2] / static_cast<int>(heads + 2 * groups);
    head = {qkv[1], width, qkv[2], width * how.heads, how.mask};
    if (how.dropout.stream) drop = how.dropout.of_rows(static_cast<std::size_t>(qkv[1]));
  }
  std::size_t count() const { return batch * heads; }
  std::size_t kept() const { return (drop ? 2 : 1) * head.weights(); }  // of a head
  std::size_t parts() const { return std::min<std::size_t>(batch * groups, 8); }
  std::size_t saved() const { return count() * kept() + parts() * head.scratch(); }

  // One head's places in qkv, in the output, and among what is saved those of its weights and of its part's scratch.
  struct Place {
    std::size_t query, key, value, out, weights, scratch;
    bool first;  // of its group
    kernels::HeadDrop drop;
  };

  // Calls body for each head. Heads that share keys are of one part, and come in turn. `products`: of a head, each
  // length x length x width.
  template <class Body> void for_each(double products, Body body) const {
    const auto width = static_cast<std::size_t>(head.width), length = static_cast<std::size_t>(head.length);
    const std::size_t sharing = heads / groups, columns = static_cast<std::size_t>(head.step);
    const double heads_a_part = static_cast<double>(count()) / static_cast<double>(parts());
    const double square = static_cast<double>(length * length), operations = 2 * square * head.width;
    const auto run = [&](std::size_t part, std::size_t unit) {
      const std::size_t b = unit / groups, g = unit % groups, row = b * length;
      for (std::size_t h = g * sharing; h < (g + 1) * sharing; ++h) {
        const std::size_t i = b * heads + h;
        body(Place{.query = row * columns + h * width,
                   .key = row * columns + (heads + g) * width,
                   .value = row * columns + (heads + groups + g) * width,
                   .out = (row * heads + h) * width,
                   .weights = i * kept(),
                   .scratch = count() * kept() + part * head.scratch(),
                   .first = h == g * sharing,
                   .drop = {drop ? &*drop : nullptr, i * length}});
      }
    };
    kernels::parallel(
        static_cast<int>(parts()), products * operations * heads_a_part, [&](int begin, int end) {
          const std::size_t units = batch * groups;
          for (auto part = static_cast<std::size_t>(begin); part < static_cast<std::size_t>(end); ++part)
            for (std::size_t i = units * part / parts(); i < units * (part + 1) / parts(); ++i) run(part, i);
        });
  }
};

template <class T> void forward(const Call<T>& c) {
  const Heads<T> all(c.shape(0), attributes<Attend>(c));
  const auto scale = static_cast<T>(attributes<Attend>(c).scale);
  all.for_each(2, [&](const typename Heads<T>::Place& at) {
    const T* qkv = c.in(0);
    kernels::attention(all.head, scale, at.drop, qkv + at.query, qkv + at.key, qkv + at.value,
                       c.saved() + at.weights, c.saved() + at.weights + all.head.weights(),
                       c.saved() + at.scratch, c.out() + at.out);
  });
}

template <class T> void backward(const Call<T>& c) {
  const Heads<T> all(c.shape(0), attributes<Attend>(c));
  const auto scale = static_cast<T>(attributes<Attend>(c).scale);
  const T beta = c.begin(0);
  all.for_each(4, [&](const typename Heads<T>::Place& at) {
    const T* qkv = c.in(0);
    T* dqkv = c.in_gradient(0);
    kernels::attention_backward(all.head, scale, at.drop, qkv + at.query, qkv + at.key, qkv + at.value,
                                c.saved() + at.weights, c.saved() + at.weights + all.head.weights(),
                                c.out_gradient() + at.out, c.saved() + at.scratch, beta,
                                at.first ? beta : T{1}, dqkv + at.query, dqkv + at.key, dqkv + at.value);
  });
}

}  // namespace

template <class T> Tensor<T> attend(Tensor<T> qkv, Attend how) {
  static constexpr Rule<T> rule{"attend", forward<T>, backward<T>, true};
  const Shape shape = qkv.shape();
  const int groups = how.groups > 0 ? how.groups : how.heads, all = how.heads + 2 * groups;
  if (shape.rank() != 3 || how.heads < 1 || how.heads % groups != 0 || shape[2] % all != 0) {
    bad_shapes(
        "attend", {shape},
        fmt::format("needs q of {} heads, k and v of {} groups of them side by side", how.heads, groups));
  }
  if (!how.mask.is_prefix()) bad_shapes("attend", {shape}, "takes no window: use softmax of the scores");
  return qkv.tape->record(rule, {qkv}, shape.with(2, shape[2] / all * how.heads), how,
                          Heads<T>(shape, how).saved());
}

template Tensor<float> attend(Tensor<float>, Attend);
template Tensor<double> attend(Tensor<double>, Attend);

}  // namespace qklab::autodiff
