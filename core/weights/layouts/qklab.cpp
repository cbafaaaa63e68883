// Models of this program, as `save` writes them and `trace` exports them: see core/nn/transformer.hpp for the names. The
// metadata say how many heads there are and where norms stand.
#include <cmath>

#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

std::string part_of(const std::string& prefix, int layer, const char* part) {
  return prefix + at_layer("blocks.{layer}.", layer) + part;
}

// With norms behind each part attention reads that of the layer before: of its MLP, or of its attention if it has none.
NormNames norm_of_ours(const TensorFile& file, const std::string& prefix, int layer) {
  const auto place = file.metadata().find("norm");
  const bool is_behind = place != file.metadata().end() && place->second == "post";
  if (is_behind && layer == 0) return {};
  std::string norm = part_of(prefix, is_behind ? layer - 1 : layer, "ln1");
  if (is_behind && file.find(part_of(prefix, layer - 1, "ln2.weight")))
    norm = part_of(prefix, layer - 1, "ln2");
  return {norm + ".weight", norm + ".bias"};
}

// sigma-Reparam (Zhai et al. 2023) uses gamma W / (u^T W v): the factor of W.
double spectral_factor(const TensorFile& file, const std::string& map) {
  if (!file.find(map + "gamma")) return 1;
  const Matrix w = file.matrix(file.at(map + "weight")), u = file.matrix(file.at(map + "u")),
               v = file.matrix(file.at(map + "v"));
  double norm = 0;
  for (std::size_t i = 0; i < w.shape(0); ++i)
    for (std::size_t j = 0; j < w.shape(1); ++j) norm += u(0, i) * w(i, j) * v(j, 0);
  constexpr double least_norm = 1e-15;  // as in core/nn/scope.hpp
  return file.vector(file.at(map + "gamma"))(0) / (norm + least_norm);
}

// tr(W_QK^2)
double trace_of_square(const HeadWeights& weights) {
  const std::size_t m = weights.width(), d = weights.dim();
  Matrix product = weights.query;
  if (!weights.is_combined()) {
    product = xt::zeros<double>({m, m});
    for (std::size_t k = 0; k < d; ++k)
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < m; ++j) product(i, j) += weights.key(k, i) * weights.query(k, j);
  }
  double trace = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) trace += product(i, j) * product(j, i);
  return trace;
}

void use_ours(const TensorFile& file, const std::string& prefix, int layer, int head, HeadWeights& weights) {
  const std::string attention = part_of(prefix, layer, "attn.");
  weights.query *= spectral_factor(file, attention + (weights.is_combined() ? "qk." : "q."));
  if (!weights.is_combined()) weights.key *= spectral_factor(file, attention + "k.");
  const TensorInfo* const gamma = file.find(attention + "gamma");
  if (!gamma) return;
  // TAME (Tang et al. 2025) uses W gamma log(eta + 1e-6) / sqrt(eta) with eta = tr(W^2); see core/nn/entries/parts.cpp.
  const double eta = trace_of_square(weights);
  weights.query *=
      file.vector(*gamma)(static_cast<std::size_t>(head)) * std::log(eta + 1e-6) / std::sqrt(eta + 1e-20);
}

void add_ours() {
  const Mapping separate = {.query = "blocks.{layer}.attn.q.weight",
                            .key = "blocks.{layer}.attn.k.weight",
                            .query_bias = "blocks.{layer}.attn.q.bias",
                            .key_bias = "blocks.{layer}.attn.k.bias"};
  const Mapping combined = {.combined = "blocks.{layer}.attn.qk.weight"};
  Registry<LayoutKind>::all().add(
      {.name = "qklab",
       .doc = "models of this program: weights/*.safetensors, and params of a trace",
       .place = 0,
       .mappings = {separate, combined},
       .norm = norm_of_ours,
       .use = use_ours});
}

}  // namespace

QKLAB_REGISTER(add_ours)

}  // namespace qklab::weights
