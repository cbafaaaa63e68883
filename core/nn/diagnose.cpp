#include "core/nn/diagnose.hpp"

#include <cmath>

#include "core/base/error.hpp"

namespace qklab::nn {
namespace {

// The (columns, rows) transpose of a (rows, columns) part of a weight.
template <class T>
Matrix transposed(std::span<const T> part, std::size_t rows, std::size_t columns) {
  auto out = Matrix::from_shape({columns, rows});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) out(j, i) = static_cast<double>(part[i * columns + j]);
  return out;
}

template <class T>
SpectrumStatistics head_spectrum(const ModelConfig& c, const Attention<T>& attention, std::size_t head) {
  const auto dim = static_cast<std::size_t>(c.dim);
  const std::size_t rows = c.combined ? dim : static_cast<std::size_t>(c.head_width());
  const auto part = [&](const Tensor<T>& weight) {
    return transposed<T>(weight.value().subspan(head * rows * dim, rows * dim), rows, dim);
  };
  if (c.combined) return spectrum_statistics(part(attention.query));
  return spectrum_statistics(Factors{part(attention.query), part(attention.key)});
}

// weights: (batch, heads, length, length).
template <class T>
double head_entropy(std::span<const T> weights, const Shape& shape, std::size_t head) {
  const auto batch = static_cast<std::size_t>(shape[0]), heads = static_cast<std::size_t>(shape[1]);
  const auto length = static_cast<std::size_t>(shape[2]);
  double total = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    const std::span<const T> rows = weights.subspan((b * heads + head) * length * length, length * length);
    for (std::size_t t = 0; t < length; ++t) {
      double sum = 0, weighted = 0;  // of p and of p log p, before division by the sum
      for (const T p : rows.subspan(t * length, length)) {
        const auto weight = static_cast<double>(p);
        if (weight == 0) continue;
        sum += weight;
        weighted += weight * std::log(weight);
      }
      if (sum != 0) total += std::log(sum) - weighted / sum;
    }
  }
  return total / static_cast<double>(batch * length);
}

template <class T>
double mean_residual(const Transformer<T>& model, const Tensor<T>& x) {
  const auto tokens = static_cast<std::size_t>(model.config.length);
  const auto dim = static_cast<std::size_t>(model.config.dim), batch = static_cast<std::size_t>(model.batch);
  double sum = 0;
  for (std::size_t b = 0; b < batch; ++b)
    sum += rank_residual<T>(x.value().subspan(b * tokens * dim, tokens * dim), tokens, dim);
  return sum / static_cast<double>(batch);
}

}  // namespace

template <class T>
double rank_residual(std::span<const T> x, std::size_t tokens, std::size_t dim) {
  std::vector<double> mean(dim);
  for (std::size_t i = 0; i < x.size(); ++i)
    mean[i % dim] += static_cast<double>(x[i]) / static_cast<double>(tokens);
  double off = 0, all = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x[i]);
    off += (value - mean[i % dim]) * (value - mean[i % dim]);
    all += value * value;
  }
  return all == 0 ? 0 : std::sqrt(off / all);
}

template <class T>
ModelReport diagnose(const Transformer<T>& model) {
  const ModelConfig& c = model.config;
  const bool positive = c.attention != AttentionKind::linear && c.attention != AttentionKind::gated_linear;
  ModelReport report{.residual = mean_residual(model, model.embedded), .layers = {}};
  for (const Layer<T>& layer : model.layers) {
    const Tensor<T>& weights = layer.attention.weights;
    if (positive && !weights.tape) throw Error("attention weights were not kept: record with Use::reading");
    LayerReport out{.heads = {}, .residual = mean_residual(model, layer.output)};
    for (std::size_t h = 0; h < static_cast<std::size_t>(c.heads); ++h) {
      HeadReport head{.spectrum = head_spectrum(c, layer.attention, h), .entropy = {}};
      if (positive) head.entropy = head_entropy<T>(weights.value(), weights.shape(), h);
      out.heads.push_back(head);
    }
    report.layers.push_back(std::move(out));
  }
  return report;
}

#define QKLAB_INSTANTIATE(T)                            \
  template ModelReport diagnose(const Transformer<T>&); \
  template double rank_residual(std::span<const T>, std::size_t, std::size_t);
QKLAB_INSTANTIATE(float)
QKLAB_INSTANTIATE(double)

}  // namespace qklab::nn
