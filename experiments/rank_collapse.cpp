// rank_collapse: how fast the tokens of an untrained transformer become the same, layer by layer.
//
// Attention without skips and MLP cubes small deviations of the tokens from their mean (Dong, Cordonnier,
// Loukas 2021). The deviations are kept apart from the mean, so residuals are right down to about 1e-300;
// what falls below is 0.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/nn/untrained/untrained.hpp"
#include "core/theory/rank_collapse.hpp"
#include "core/theory/scores/residual_map.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

nn::UntrainedModel model_of(const Parameters& params) {
  nn::UntrainedModel model;
  model.dim = params.count("dim");
  model.spectrum = {params.real("mean"), params.real("variance"), params.text("shape")};
  model.temperature = params.real("temperature");
  model.norm = params.text("norm");
  model.value = params.text("value");
  model.skip = params.flag("skip");
  model.residual_scale = params.real("residual_scale");
  model.mlp = params.flag("mlp");
  model.mask = params.flag("causal") ? Mask::causal() : Mask::none();
  return model;
}

// The bound on the residual after one layer holds where a layer is attention over all keys and no more.
bool is_bounded(const nn::UntrainedModel& model) {
  return !model.skip && !model.mlp && !model.norm->after && model.mask == Mask::none();
}

// Above 1 it says nothing, since no residual is larger.
double bound_after(const nn::UntrainedModel& model, const nn::UntrainedLayer& layer, const Tokens& before,
                   const Tokens& after) {
  const double deviation = cubic_bound(nn::attention_input(model, before).deviation, spectral_norm(layer.qk),
                                       spectral_norm(layer.value), model.temperature);
  const double norm = frobenius_norm(after.matrix());
  return norm > 0 ? deviation / norm : 1.0;
}

// By theory, which knows attention over all keys of tokens that are independent and of equal norms, and values
// that mix a token's coordinates; otherwise nothing. Nor where skips let the norms of tokens grow from layer to layer
// without bound, and scores with them.
std::vector<double> predicted_residual(const nn::UntrainedModel& model, const Parameters& params) {
  const std::string& tokens = params.text("tokens");
  const std::string& norm = params.text("norm");
  const bool alike = tokens == "normalized" || (tokens == "gaussian" && norm == "pre" && !model.skip);
  const bool mixing = !model.skip || params.text("value") != "identity";
  const bool bounded = !model.skip || norm != "none";
  if (!alike || !mixing || !bounded || model.mlp || !(model.mask == Mask::none())) return {};
  const SimilarityNorm place = norm == "pre"    ? SimilarityNorm::pre
                               : norm == "post" ? SimilarityNorm::post
                                                : SimilarityNorm::none;
  return residual_theory(params.count("depth"), {.mean = model.spectrum.mean,
                                                 .variance = model.spectrum.variance,
                                                 .dim = model.dim,
                                                 .length = params.count("length"),
                                                 .temperature = model.temperature,
                                                 .skip_scale = model.skip ? model.residual_scale : 0,
                                                 .norm = place});
}

void run(const Trial& trial, Result& result) {
  const nn::UntrainedModel model = model_of(trial.params);
  const std::size_t depth = trial.params.count("depth");
  const Stream layers = trial.stream("layers");
  Tokens tokens = split(nn::draw_tokens(trial.params.text("tokens"), trial.params.count("length"), model.dim,
                                        trial.stream("tokens")));

  std::vector<double> index, residual, dong, cosine, stable, effective, uncapped = {1}, bound, ratio, free;
  for (std::size_t l = 0;; ++l) {
    const TokenMeasures measures = measure_tokens(tokens);
    index.push_back(static_cast<double>(l));
    residual.push_back(measures.residual);
    dong.push_back(measures.dong_residual);
    cosine.push_back(measures.cosine);
    stable.push_back(measures.stable_rank);
    effective.push_back(measures.effective_rank);
    if (l == depth) break;
    trial.check();
    trial.progress(l, depth, {{"residual", measures.residual}});
    const nn::UntrainedLayer layer = nn::draw_layer(model, layers.substream(l));
    Tokens next = nn::apply(model, layer, tokens);
    if (is_bounded(model)) uncapped.push_back(bound_after(model, layer, tokens, next));
    tokens = std::move(next);
  }

  if (is_bounded(model)) {
    for (std::size_t l = 0; l <= depth; ++l) {
      bound.push_back(std::min(1.0, uncapped[l]));
      ratio.push_back(residual[l] > 0 ? residual[l] / bound[l] : 0);
      free.push_back(l > 0 && residual[l] > 0 ? residual[l] / uncapped[l] : 0);
    }
    result.series("residual_bound", index, bound);
    result.series("bound_ratio", index, ratio);
    result.series("uncapped_ratio", index, free);
  }
  result.series("residual", index, residual);
  trial.check();
  const std::vector<double> predicted = predicted_residual(model, trial.params);
  if (!predicted.empty()) result.series("residual_theory", index, predicted);
  result.series("dong_residual", index, dong);
  result.series("cosine", index, cosine);
  result.series("stable_rank", index, stable);
  result.series("effective_rank", index, effective);
  result.series("rank_one", index, std::vector<double>(index.size(), 1));
}

Experiment make() {
  Experiment experiment;
  experiment.name = "rank_collapse";
  experiment.version = 1;
  experiment.doc =
      "Tokens that become the same with depth in an untrained transformer whose query-key matrices have a "
      "prescribed eigenspectrum.";
  experiment.parameters = {
      integer("dim", 64, "width of a token").range(2, 4096),
      integer("length", 64, "number of tokens").range(1, 4096),
      integer("depth", 12, "number of layers").range(1, 1000),
      real("mean", 0.0, "mean of the eigenspectrum of each layer's W").range(-100, 100),
      real("variance", 1.0, "variance of the eigenspectrum").range(0, 1e6),
      choice("shape", "gaussian", spectrum_shape_names(), "shape of the eigenspectrum"),
      real("temperature", "divides the logits")
          .above(0)
          .derived("sqrt(dim)", [](const Parameters& p) { return Value(std::sqrt(p.real("dim"))); }),
      boolean("skip", false, "whether skips add each sub-layer's input to its output"),
      real("residual_scale", 1.0, "factor of what sub-layers add to a skip").above(0).added_later(),
      boolean("mlp", false, "whether an MLP follows attention"),
      choice("norm", "pre", nn::untrained_norms(), "where layer normalization stands"),
      choice_of<nn::ValueKind>("value", "orthogonal", "what value matrices are"),
      choice_of<nn::TokenKind>("tokens", "normalized", "what enters the first layer"),
      boolean("causal", false, "whether a token sees only itself and earlier ones"),
  };
  experiment.series = {
      {"residual", "", "||X - 1 mean||_F / ||X||_F of the tokens X", "layer", Bits::rounded, false,
       Range{0, 1}},
      {"residual_bound", "",
       "cubic bound on the residual, from the tokens one layer before, at most 1; attention alone only",
       "layer", Bits::rounded},
      {"residual_theory", "",
       "residual by theory from mean and variance, as if deviations of tokens stayed independent; attention "
       "alone or with skips",
       "layer", Bits::rounded, true},
      {"bound_ratio", "", "residual over its bound; attention alone only", "layer", Bits::rounded},
      {"uncapped_ratio", "",
       "residual over the cubic bound itself, which may exceed 1; 0 before the first layer; attention alone "
       "only",
       "layer", Bits::rounded, true},
      {"dong_residual", "", "as residual, in the norm sqrt(||.||_1 ||.||_inf)", "layer", Bits::rounded},
      {"cosine", "", "mean cosine of pairs of tokens", "layer", Bits::rounded, false, Range{-1, 1}},
      {"stable_rank", "", "||X||_F^2 / ||X||_2^2", "layer", Bits::rounded},
      {"effective_rank", "", "exp of the entropy of normalized singular values", "layer", Bits::rounded},
      {"rank_one", "", "cosine and ranks of tokens that are all the same", "layer", Bits::rounded},
  };
  experiment.overlays = {{"residual", "residual_bound"},
                         {"cosine", "rank_one"},
                         {"stable_rank", "rank_one"},
                         {"effective_rank", "rank_one"}};
  experiment.cost = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return p.real("depth") * (20 * d * d * d + 4 * t * d * (t + d) + (p.flag("mlp") ? 16 * t * d * d : 0));
  };
  // Matrices of d x d, t x t and t x d that are there at once, found by measuring.
  experiment.memory = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return 8 * (7 * d * d + 3 * t * t + 14 * t * d + (p.flag("mlp") ? 16 * d * d + 12 * t * d : 0));
  };
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
