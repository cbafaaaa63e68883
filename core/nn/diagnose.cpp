#include "core/nn/diagnose.hpp"

#include <algorithm>
#include <span>
#include <xtensor/xview.hpp>

#include "core/base/error.hpp"
#include "core/measure/attention.hpp"
#include "core/measure/tokens.hpp"

namespace qklab::nn {
namespace {

template <class T> Matrix matrix(std::span<const T> part, std::size_t rows, std::size_t columns) {
  auto out = Matrix::from_shape({rows, columns});
  std::ranges::transform(part, out.data(), [](T x) { return static_cast<double>(x); });
  return out;
}

// weights: (batch, heads, length, length).
template <class T> double head_entropy(std::span<const T> weights, const Shape& shape, std::size_t head) {
  const std::size_t batch = shape.extent(0), heads = shape.extent(1);
  const std::size_t length = shape.extent(2);
  double total = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    const std::size_t at = (b * heads + head) * length * length;
    Matrix p = matrix(weights.subspan(at, length * length), length, length);
    for (std::size_t t = 0; t < length; ++t) {
      auto row = xt::row(p, static_cast<std::ptrdiff_t>(t));
      const double sum = xt::sum(row)();
      if (sum != 0) row /= sum;
    }
    total += xt::mean(row_entropy(p))();
  }
  return total / static_cast<double>(batch);
}

template <class T> double mean_residual(const Transformer<T>& model, const Tensor<T>& x) {
  const auto tokens = static_cast<std::size_t>(model.config.length);
  const auto dim = static_cast<std::size_t>(model.config.dim), batch = static_cast<std::size_t>(model.batch);
  const std::span<const T> all = x.value();
  double sum = 0;
  for (std::size_t b = 0; b < batch; ++b)
    sum += rank_residual(split(matrix(all.subspan(b * tokens * dim, tokens * dim), tokens, dim)));
  return sum / static_cast<double>(batch);
}

}  // namespace

template <class T> ModelReport diagnose(const Transformer<T>& model) {
  const bool positive = model.config.attention->has_entropy;
  ModelReport report{.residual = mean_residual(model, model.embedded), .layers = {}};
  for (const Layer<T>& layer : model.layers) {
    const Tensor<T>& weights = layer.attention.weights;
    if (positive && !weights.tape) throw Error("attention weights were not kept: record with Use::reading");
    LayerReport out{.heads = {}, .residual = mean_residual(model, layer.output)};
    for (int h = 0; h < layer.attention.layout.heads; ++h) {
      HeadReport head{.spectrum = layer.attention.head(h).spectrum(), .entropy = {}};
      if (positive)
        head.entropy = head_entropy<T>(weights.value(), weights.shape(), static_cast<std::size_t>(h));
      out.heads.push_back(head);
    }
    report.layers.push_back(std::move(out));
  }
  return report;
}

template ModelReport diagnose(const Transformer<float>&);
template ModelReport diagnose(const Transformer<double>&);

}  // namespace qklab::nn
