#include "core/autodiff/ops/head_loss.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/kernels/elementwise.hpp"
#include "core/kernels/fused/crossentropy.hpp"
#include "core/kernels/gemm.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/parallel.hpp"
#include "core/kernels/strided.hpp"

namespace qklab::autodiff {
namespace {

struct Given {
  HeadSettings how;
  bool bias;
};

// Operands: x, w, targets, and bias where given. Yields loss and number of right answers. Saves the logits of a block, of each
// row its loss, what smoothing adds to it and whether its answer is right, and the gradients of x, w and bias.
template <class T> struct Sizes {
  HeadSettings how;
  bool has_bias;
  std::size_t in, classes, rows, block;

  Sizes(const Shape& x, const Shape& w, const Given& given)
      : how(given.how), has_bias(given.bias), in(w.extent(1)), classes(w.extent(0)), rows(x.size() / in) {
    constexpr std::size_t least = kernels::inner_block, numbers = 1 << 23;  // 32 MiB of floats
    block = how.rows > 0 ? static_cast<std::size_t>(how.rows)
                         : std::max<std::size_t>(1, numbers / classes / least) * least;
    block = std::min(block, rows);
  }
  std::size_t per_row() const { return block * classes; }
  std::size_t dx() const { return per_row() + 3 * rows; }
  std::size_t dw() const { return dx() + (how.learns ? rows * in : 0); }
  std::size_t dbias() const { return dw() + (how.learns ? classes * in : 0); }
  std::size_t saved() const { return dbias() + (how.learns && has_bias ? classes : 0); }
};
template <class T> Sizes<T> sizes(const Call<T>& c) {
  return Sizes<T>(c.shape(0), c.shape(1), attributes<Given>(c));
}

template <class T> std::size_t count_used(const Call<T>& c, const Sizes<T>& s) {
  const std::int32_t* targets = c.index_in(2);
  std::size_t used = 0;
  for (std::size_t r = 0; r < s.rows; ++r) {
    if (targets[r] == s.how.ignore) continue;
    if (targets[r] < 0 || static_cast<std::size_t>(targets[r]) >= s.classes)
      throw Error(
          fmt::format("[head_loss] target {} at {} is outside 0 .. {}", targets[r], r, s.classes - 1));
    ++used;
  }
  if (used == 0) throw Error("[head_loss] every target is ignored");
  return used;
}

// Whether no logit is larger than number `own`, and none before it is equal. Counts, since that becomes vector code.
template <class T> bool is_first_largest(std::size_t n, const T* logits, std::size_t own) {
  const T least = logits[own];
  int ahead = 0;
  for (std::size_t i = 0; i < own; ++i) ahead += logits[i] >= least;
  for (std::size_t i = own + 1; i < n; ++i) ahead += logits[i] > least;
  return ahead == 0;
}

// One row: its logits z become their gradient. The same steps as those of cross_entropy(), in the same order.
template <class T> struct RowResult { T *loss, *smoothed, *right; };
template <class T>
void finish_row(const Sizes<T>& s, T used, std::int32_t target, T* z, const RowResult<T>& to) {
  *to.smoothed = *to.right = 0;
  if (target == s.how.ignore) {
    kernels::cross_entropy_rows(1, s.classes, s.how.ignore, used, z, &target, z, to.loss);
    return;
  }
  const T* const logits = z;
  const auto own = static_cast<std::size_t>(target);
  *to.right = is_first_largest(s.classes, logits, own) ? T{1} : T{0};
  const T share = static_cast<T>(s.how.smoothing / static_cast<double>(used));
  if (s.how.smoothing != 0) {
    const T mean =
        kernels::sum_of<T>(s.classes, [=](std::size_t i) { return logits[i]; }) / static_cast<T>(s.classes);
    *to.smoothed = share * (z[target] - mean);
  }
  kernels::cross_entropy_rows(1, s.classes, s.how.ignore, used, z, &target, z, to.loss);
  if (s.how.smoothing == 0) return;
  const T each = share / static_cast<T>(s.classes);
  for (std::size_t i = 0; i < s.classes; ++i) z[i] -= each;
  z[target] += share;
}

template <class T> void forward(const Call<T>& c) {
  const Sizes<T> s = sizes(c);
  const auto used = static_cast<T>(count_used(c, s));
  const int in = static_cast<int>(s.in), classes = static_cast<int>(s.classes);
  T *const z = c.saved(), *const losses = z + s.per_row(), *const dx = z + s.dx(), *const dw = z + s.dw();
  for (std::size_t first = 0; first < s.rows; first += s.block) {
    const std::size_t count = std::min(s.block, s.rows - first);
    const int rows = static_cast<int>(count);
    const T* const x = c.in(0) + first * s.in;
    for (std::size_t r = 0; s.has_bias && r < count; ++r) std::copy_n(c.in(3), s.classes, z + r * s.classes);
    kernels::gemm(false, true, rows, classes, in, T{1}, x, in, c.in(1), in, s.has_bias ? T{1} : T{0}, z,
                  classes);
    kernels::parallel(rows, 20 * static_cast<double>(s.classes), [&](int begin, int end) {
      for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r) {
        T* const of = losses + first + r;
        finish_row(s, used, c.index_in(2)[first + r], z + r * s.classes,
                   RowResult<T>{of, of + s.rows, of + 2 * s.rows});
      }
    });
    if (!s.how.learns) continue;
    const T beta = first == 0 ? T{0} : T{1};
    kernels::gemm(false, false, rows, in, classes, T{1}, z, classes, c.in(1), in, T{0}, dx + first * s.in,
                  in);
    kernels::gemm(true, false, classes, in, rows, T{1}, z, classes, x, in, beta, dw, in);
    if (!s.has_bias) continue;
    T* const dbias = c.saved() + s.dbias();
    if (first == 0) std::fill_n(dbias, s.classes, T{0});
    for (std::size_t r = 0; r < count; ++r) kernels::Accumulate::run(s.classes, z + r * s.classes, dbias);
  }
  T loss = 0, smoothed = 0, right = 0;
  for (std::size_t r = 0; r < s.rows; ++r) {
    loss += losses[r];
    smoothed += losses[s.rows + r];
    right += losses[2 * s.rows + r];
  }
  loss /= used;
  c.out()[0] = s.how.smoothing != 0 ? loss + smoothed : loss;
  c.out()[1] = right;
}

template <class T> void add_part(const Call<T>& c, int operand, const T* part) {
  T* const into = c.in_gradient(operand);
  if (!into) return;
  constexpr double operations = 20;  // of a number, roughly: it is the way through memory that takes the time
  const T factor = c.out_gradient()[0], beta = c.begin(operand);
  kernels::parallel(static_cast<int>(c.shape(operand).size()), operations, [=](int begin, int end) {
    const auto n = static_cast<std::size_t>(end - begin);
    if (beta == 0) {
      kernels::affine(n, factor, T{0}, part + begin, into + begin);
    } else {
      kernels::add_scaled(n, factor, part + begin, into + begin);
    }
  });
}

template <class T> void backward(const Call<T>& c) {
  const Sizes<T> s = sizes(c);
  if (!s.how.learns) throw Error("[head_loss] was recorded without gradients");
  add_part(c, 0, c.saved() + s.dx());
  add_part(c, 1, c.saved() + s.dw());
  if (s.has_bias) add_part(c, 3, c.saved() + s.dbias());
}

}  // namespace

template <class T>
HeadLoss<T> head_loss(Tensor<T> x, Tensor<T> w, Tensor<T> bias, Indices<T> targets, HeadSettings how) {
  static constexpr Rule<T> rule{"head_loss", forward<T>, backward<T>, true};
  const Shape from = x.shape(), weight = w.shape(), labels = targets.shape();
  if (weight.rank() != 2 || from.rank() == 0 || from.last() != weight[1])
    bad_shapes("head_loss", {from, weight}, "needs a weight (out, in), in as long as the last axis");
  if (from.prefix(from.rank() - 1) != labels)
    bad_shapes("head_loss", {from, labels}, "needs a target for each row");
  if (how.rows % kernels::inner_block != 0)
    bad_shapes("head_loss", {from, weight}, fmt::format("cannot hold {} rows at a time", how.rows));
  std::vector<Handle<T>> operands = {x, w, targets};
  if (bias.tape) {
    if (bias.shape() != Shape{weight[0]})
      bad_shapes("head_loss", {weight, bias.shape()}, "the bias is of another length");
    operands.push_back(bias);
  }
  const Given given{how, bias.tape != nullptr};
  const Tensor<T> both = x.tape->record(rule, std::span<const Handle<T>>(operands), {2}, given,
                                        Sizes<T>(from, weight, given).saved());
  return {reshape(slice(both, 0, 0, 1), {}), slice(both, 0, 1, 2)};
}

template HeadLoss<float> head_loss(Tensor<float>, Tensor<float>, Tensor<float>, Indices<float>, HeadSettings);
template HeadLoss<double> head_loss(Tensor<double>, Tensor<double>, Tensor<double>, Indices<double>,
                                    HeadSettings);

}  // namespace qklab::autodiff
