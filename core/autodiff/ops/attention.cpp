#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/normalizers.hpp"

namespace qklab::autodiff {
namespace {

// Operands: scores (..., T, S) and, where there are two, a tensor of their last axes that masks them;
// otherwise a Mask does. A normalizer sees the visible part of a row alone. That is in one piece but under a
// tensor, whose part is gathered to `saved`, three rows long, and scattered back.
template <class T> class Rows {
 public:
  explicit Rows(const Call<T>& c)
      : length(c.shape().extent(-1)),
        count(c.size() / length),
        shown_(c.operands() == 2 ? c.in(1) : nullptr),
        shown_size_(c.operands() == 2 ? c.shape(1).size() : 0),
        mask_(attributes<Mask>(c)) {}

  bool by_tensor() const { return shown_ != nullptr; }
  KeyRange keys(std::size_t row) const { return mask_.keys(row % length, length); }

  // Calls visit(position among the visible, column) for each visible column of a row; yields their number.
  template <class Visit> std::size_t visible(std::size_t row, Visit visit) const {
    const T* shown = shown_ + row * length % shown_size_;
    std::size_t n = 0;
    for (std::size_t j = 0; j < length; ++j) {
      if (shown[j] != 0) visit(n++, j);
    }
    return n;
  }

  const std::size_t length, count;

 private:
  const T* shown_;
  std::size_t shown_size_;
  Mask mask_;
};

template <class Normalizer, class T> void forward(const Call<T>& c) {
  const Rows<T> rows(c);
  const T* x = c.in(0);
  T* y = c.out();
  T* seen = c.saved();
  T* weights = seen + rows.length;
  for (std::size_t r = 0; r < rows.count; ++r, x += rows.length, y += rows.length) {
    if (rows.by_tensor()) {
      const std::size_t n = rows.visible(r, [=](std::size_t i, std::size_t j) { seen[i] = x[j]; });
      if (n > 0) Normalizer::forward(n, seen, weights);
      std::fill_n(y, rows.length, T{0});
      rows.visible(r, [=](std::size_t i, std::size_t j) { y[j] = weights[i]; });
    } else {
      const KeyRange keys = rows.keys(r);
      std::fill(y, y + keys.begin, T{0});
      Normalizer::forward(keys.size(), x + keys.begin, y + keys.begin);
      std::fill(y + keys.end, y + rows.length, T{0});
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
    if (rows.by_tensor()) {
      const std::size_t n = rows.visible(r, [=](std::size_t i, std::size_t j) {
        weights[i] = y[j];
        upstream[i] = dy[j];
        result[i] = 0;
      });
      if (n > 0) Normalizer::backward(n, weights, upstream, result);
      rows.visible(r, [=](std::size_t i, std::size_t j) { dx[j] += result[i]; });
    } else {
      const KeyRange keys = rows.keys(r);
      Normalizer::backward(keys.size(), y + keys.begin, dy + keys.begin, dx + keys.begin);
    }
  }
}

template <class Normalizer, class T>
constexpr Rule<T> rule{Normalizer::name, forward<Normalizer, T>, backward<Normalizer, T>};

template <class Normalizer, class T> Tensor<T> normalize(Tensor<T> scores, const Sight<T>& sight) {
  const Shape shape = scores.shape();
  if (shape.rank() == 0) bad_shapes(Normalizer::name, {shape}, "needs an axis");
  if (sight.shown.tape) {
    const Shape shown = sight.shown.shape();
    if (shown.rank() == 0 || !shape.ends_with(shown))
      bad_shapes(Normalizer::name, {shape, shown}, "the mask must be the last axes of the scores");
    return scores.tape->record(rule<Normalizer, T>, {scores, sight.shown}, shape, Mask::none(),
                               3 * shape.extent(-1));
  }
  if (sight.mask.looks_back() && (shape.rank() < 2 || shape[-2] != shape[-1]))
    bad_shapes(Normalizer::name, {shape}, "causal scores are square in the last two axes");
  return scores.tape->record(rule<Normalizer, T>, {scores}, shape, sight.mask);
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
