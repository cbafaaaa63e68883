// signal_propagation: gradients of W_q and W_k at initialization, as tokens become the same with depth.
//
// After Noci, Anagnostidis, Biggio, Orvieto, Singh and Lucchi, "Signal Propagation in Transformers:
// Theoretical Perspectives and the Role of Rank Collapse" (NeurIPS 2022, arXiv 2206.03126): rank collapse at
// initialization makes the gradients of queries and keys vanish, those of values not; scaling residual
// branches by 1/sqrt(depth) keeps tokens apart at any depth.
//
// A fresh transformer reads Gaussian tokens; the loss is the inner product of its outputs with a fixed
// Gaussian tensor, so that every output matters equally. Gradients are the tape's. W_q and W_k are shrunk by
// `query_scale`, which makes attention nearly uniform, the setting of the paper's theorems; cosines are then
// known in closed form (core/theory/token_similarity.hpp).
//
// Why they vanish (own derivation, in the spirit of their theorem 3.2): at uniform attention the gradient by
// W_q is  sum_t x_t^T (g_t . sum_s (v_s - vbar) (k_s - kbar)) / T, which is of second order in what sets
// tokens apart. Hence |grad W_q| / |grad W_v| is proportional to 1 - cosine; `per_gap` measures that
// constant.
//
// Reproduced: vanishing of both gradients with depth, the cure. Own reading: the loss, attention without MLP
// by default (`ffn` adds one; no theory then), and norms of gradients relative to W_v's, as all of them also
// scale with depth. Out of reach: the paper's training runs on translation.
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/measure/tokens.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/weights/initialize.hpp"
#include "core/theory/token_similarity.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

nn::ModelConfig model_config(const Parameters& params) {
  nn::ModelConfig config;
  config.dim = static_cast<int>(params.integer("dim"));
  config.features = config.outputs = config.dim;
  config.length = static_cast<int>(params.integer("length"));
  config.heads = static_cast<int>(params.integer("heads"));
  config.layers = static_cast<int>(params.integer("depth"));
  config.ffn = static_cast<int>(params.integer("ffn"));
  const std::string& residual = params.text("residual");
  config.skip = residual != "none";
  config.residual_scale = residual == "scaled" ? 1 / std::sqrt(params.real("depth")) : 1;
  config.norm = params.text("norm");
  config.positions = "none";
  return config;
}

void fill_normal(std::span<double> x, Stream random) {
  for (double& entry : x) entry = random.normal();
}

double norm_of(std::span<const double> x) {
  double sum = 0;
  for (const double entry : x) sum += entry * entry;
  return std::sqrt(sum);
}

// Mean over the sequences of a tensor (batch, length, dim).
double mean_cosine(std::span<const double> x, const nn::ModelConfig& config, int batch) {
  const auto length = static_cast<std::size_t>(config.length), dim = static_cast<std::size_t>(config.dim);
  double sum = 0;
  for (int b = 0; b < batch; ++b) {
    Matrix tokens = xt::empty<double>({length, dim});
    const auto from = x.begin() + b * config.length * config.dim;
    std::copy(from, from + config.length * config.dim, tokens.begin());
    sum += measure_tokens(split(tokens)).cosine;
  }
  return sum / batch;
}

void run(const Trial& trial, Result& result) {
  const nn::ModelConfig config = model_config(trial.params);
  const int batch = static_cast<int>(trial.params.integer("batch"));
  const std::size_t depth = trial.params.count("depth");

  autodiff::Tape<double> tape;
  nn::Transformer<double> model(tape, config, batch);
  const auto readout = tape.input(model.output.shape());
  const auto loss = sum(model.output * readout);
  nn::initialize(model, {}, trial.stream("model"));
  const double query_scale = trial.params.real("query_scale");
  for (const auto& layer : model.layers) {
    for (double& w : layer.attention.query.value()) w *= query_scale;
    for (double& w : layer.attention.key.value()) w *= query_scale;
  }
  fill_normal(model.features.value(), trial.stream("tokens"));
  fill_normal(readout.value(), trial.stream("readout"));
  tape.forward();
  tape.backward(loss);

  std::vector<double> cosine, query, key, ratio, key_ratio, value;
  for (std::size_t l = 0; l < depth; ++l) {
    trial.check();
    const auto input = l == 0 ? model.embedded : model.layers[l - 1].output;
    cosine.push_back(mean_cosine(input.value(), config, batch));
    const std::string name = "blocks." + std::to_string(l) + ".attn.";
    const auto gradient = [&](const char* which) {
      return norm_of(nn::parameter_named(tape, name + which + ".weight").gradient());
    };
    query.push_back(gradient("q"));
    key.push_back(gradient("k"));
    value.push_back(gradient("v"));
    ratio.push_back(query.back() / value.back());
    key_ratio.push_back(key.back() / value.back());
  }
  result.series("cosine", cosine);
  result.series("query_gradient", query);
  result.series("key_gradient", key);
  result.series("value_gradient", value);
  result.series("query_ratio", ratio);
  result.series("key_ratio", key_ratio);
  if (config.ffn == 0 && config.skip) {
    const SimilarityNorm norm = config.norm == "pre"    ? SimilarityNorm::pre
                                : config.norm == "post" ? SimilarityNorm::post
                                                        : SimilarityNorm::none;
    auto theory =
        uniform_attention_cosine(depth - 1, config.length, config.residual_scale, norm, cosine.front());
    result.series("cosine_theory", theory);
  }
  result.scalar("last_query_ratio", ratio.back());
  result.scalar("last_key_ratio", key_ratio.back());
  result.scalar("last_cosine", cosine.back());
  result.scalar("last_gap", 1 - cosine.back());
  result.scalar("per_gap", ratio.back() / (1 - cosine.back()));
}

Experiment make() {
  Experiment experiment;
  experiment.name = "signal_propagation";
  experiment.version = 1;
  experiment.doc = "Gradients of W_q, W_k and W_v of a fresh transformer, as rank collapses with depth.";
  experiment.parameters = {
      integer("depth", 8, "layers").range(1, 512),
      choice("residual", "plain", {"none", "plain", "scaled"}, "no skip; x + f(x); x + f(x) / sqrt(depth)"),
      choice("norm", "post", {"none", "pre", "post"}, "where layer norm stands"),
      integer("length", 32, "tokens").range(2, 4096),
      integer("dim", 64, "width of a token").range(2, 4096),
      integer("heads", 1, "attention heads").range(1, 64),
      integer("ffn", 0, "hidden width of the MLP; 0: none").range(0, 16384),
      integer("batch", 4, "sequences").range(1, 1024),
      real("query_scale", 0.3, "factor on the standard W_q and W_k; small: attention is nearly uniform")
          .above(0),
  };
  experiment.scalars = {
      {"last_query_ratio", "", "|grad W_q| / |grad W_v| of the last layer", "", Bits::exact},
      {"last_key_ratio", "", "|grad W_k| / |grad W_v| of the last layer", "", Bits::exact},
      {"last_cosine", "", "mean cosine of two tokens that enter the last layer", "", Bits::rounded, false,
       Range{-1, 1}},
      {"last_gap", "", "1 minus that", "", Bits::rounded},
      {"per_gap", "", "last_query_ratio over last_gap", "", Bits::rounded},
  };
  experiment.series = {
      {"cosine", "", "mean cosine of two tokens that enter a layer", "layer", Bits::rounded, false,
       Range{-1, 1}},
      {"cosine_theory", "", "its closed form for uniform attention without MLP", "layer", Bits::rounded,
       false, Range{-1, 1}},
      {"query_gradient", "", "Frobenius norm of the gradient by W_q", "layer", Bits::exact},
      {"key_gradient", "", "by W_k", "layer", Bits::exact},
      {"value_gradient", "", "by W_v", "layer", Bits::exact},
      {"query_ratio", "", "|grad W_q| / |grad W_v|", "layer", Bits::exact},
      {"key_ratio", "", "|grad W_k| / |grad W_v|", "layer", Bits::exact},
  };
  experiment.overlays = {{"cosine", "cosine_theory"}};
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return p.real("depth") * p.real("batch") * p.real("length"); };
  experiment.check = [](const Parameters& p) {
    const auto messages = nn::problems(model_config(p));
    return messages.empty() ? std::string() : messages.front();
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
