#include <algorithm>

#include "core/autodiff/ops.hpp"
#include "core/kernels/normalizers.hpp"

namespace qklab::autodiff {
namespace {

// Operands: scores (..., T, S) and, where there are two, a mask of their last axes. integer[0]: causal.
// A normalizer sees the visible part of a row alone. That is a prefix but for a mask tensor, whose part is
// gathered to `saved`, three rows long, and scattered back.
template <class T> class Rows {
 public:
  explicit Rows(const Call<T>& c)
      : length(c.shape().extent(-1)),
        count(c.size() / length),
        mask_(c.operands() == 2 ? c.in(1) : nullptr),
        mask_size_(c.operands() == 2 ? c.shape(1).size() : 0),
        causal_(c.attributes().integer[0] != 0) {}

  bool masked() const { return mask_ != nullptr; }
  std::size_t prefix(std::size_t row) const { return causal_ ? row % length + 1 : length; }

  // Calls visit(position among the visible, column) for each visible column of a row; yields their number.
  template <class Visit> std::size_t visible(std::size_t row, Visit visit) const {
    const T* mask = mask_ + row * length % mask_size_;
    std::size_t n = 0;
    for (std::size_t j = 0; j < length; ++j) {
      if (mask[j] != 0) visit(n++, j);
    }
    return n;
  }

  const std::size_t length, count;

 private:
  const T* mask_;
  std::size_t mask_size_;
  bool causal_;
};

template <class Normalizer, class T> void forward(const Call<T>& c) {
  const Rows<T> rows(c);
  const T* x = c.in(0);
  T* y = c.out();
  T* seen = c.saved();
  T* weights = seen + rows.length;
  for (std::size_t r = 0; r < rows.count; ++r, x += rows.length, y += rows.length) {
    if (rows.masked()) {
      const std::size_t n = rows.visible(r, [=](std::size_t i, std::size_t j) { seen[i] = x[j]; });
      if (n > 0) Normalizer::forward(n, seen, weights);
      std::fill_n(y, rows.length, T{0});
      rows.visible(r, [=](std::size_t i, std::size_t j) { y[j] = weights[i]; });
    } else {
      const std::size_t n = rows.prefix(r);
      Normalizer::forward(n, x, y);
      std::fill(y + n, y + rows.length, T{0});
    }
  }
}

template <class Normalizer, class T> void backward(const Call<T>& c) {
  const Rows<T> rows(c);
  const T* y = c.out();
  const T* dy = c.out_gradient();
  T* dx = c.in_gradient(0);
  T* weights = c.saved();
  T* upstream = weights + rows.length;
  T* result = upstream + rows.length;
  for (std::size_t r = 0; r < rows.count; ++r, y += rows.length, dy += rows.length, dx += rows.length) {
    if (rows.masked()) {
      const std::size_t n = rows.visible(r, [=](std::size_t i, std::size_t j) {
        weights[i] = y[j];
        upstream[i] = dy[j];
        result[i] = 0;
      });
      if (n > 0) Normalizer::backward(n, weights, upstream, result);
      rows.visible(r, [=](std::size_t i, std::size_t j) { dx[j] += result[i]; });
    } else {
      Normalizer::backward(rows.prefix(r), y, dy, dx);
    }
  }
}

template <class Normalizer, class T>
constexpr Rule<T> rule{Normalizer::name, forward<Normalizer, T>, backward<Normalizer, T>};

template <class Normalizer, class T> Tensor<T> normalize(Tensor<T> scores, const Sight<T>& sight) {
  const Shape shape = scores.shape();
  if (shape.rank() == 0) bad_shapes(Normalizer::name, {shape}, "needs an axis");
  if (sight.mask.tape) {
    const Shape mask = sight.mask.shape();
    if (mask.rank() == 0 || !shape.ends_with(mask))
      bad_shapes(Normalizer::name, {shape, mask}, "the mask must be the last axes of the scores");
    return scores.tape->record(rule<Normalizer, T>, {scores, sight.mask}, shape, {}, 3 * shape.extent(-1));
  }
  const bool causal = sight.visible == Visible::causal;
  if (causal && (shape.rank() < 2 || shape[-2] != shape[-1]))
    bad_shapes(Normalizer::name, {shape}, "causal scores are square in the last two axes");
  return scores.tape->record(rule<Normalizer, T>, {scores}, shape, {.integer = {causal, 0}});
}

}  // namespace

template <class T> Tensor<T> softmax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight) {
  return normalize<kernels::Softmax>(scores, sight);
}
template <class T> Tensor<T> sparsemax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight) {
  return normalize<kernels::Sparsemax>(scores, sight);
}
template <class T> Tensor<T> piecewise_softmax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight) {
  return normalize<kernels::PiecewiseSoftmax>(scores, sight);
}

#define QKLAB_INSTANTIATE(T)                         \
  template Tensor<T> softmax(Tensor<T>, Sight<T>);   \
  template Tensor<T> sparsemax(Tensor<T>, Sight<T>); \
  template Tensor<T> piecewise_softmax(Tensor<T>, Sight<T>);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::autodiff
