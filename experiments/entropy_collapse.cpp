// entropy_collapse: how concentrated one layer's attention is, for query-key matrices with a prescribed
// eigenspectrum, beside the least entropy that bounded logits allow (Zhai et al. 2023) and what theory gives for
// that spectrum (docs/theory.md).
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/nn/untrained/untrained.hpp"
#include "core/theory/entropy_bound.hpp"
#include "core/theory/scores/query_scores.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

// Of the keys in sight of query q, about their mean: a constant in all logits of a row does not count.
double row_norm(const Matrix& logits, std::size_t q, std::size_t keys) {
  const auto row = xt::view(logits, q, xt::range(std::size_t{0}, keys));
  const double mean = xt::mean(row)();
  return std::sqrt(xt::sum(xt::square(row - mean))());
}

struct Bounds {
  double mean = 0;  // Zhai's bound, over rows
  double slack = std::numeric_limits<double>::infinity();
  double row_slack = std::numeric_limits<double>::infinity();
};

Bounds compare(const Vector& entropy, const Matrix& logits, double norm, Mask mask) {
  const std::size_t length = entropy.size();
  Bounds bounds;
  for (std::size_t q = 0; q < length; ++q) {
    const std::size_t keys = mask.keys(q, length).size();
    const double bound = entropy_bound(norm, keys);
    bounds.mean += bound / static_cast<double>(length);
    const double slack = entropy(q) - bound;
    const double row_slack = entropy(q) - entropy_bound(row_norm(logits, q, keys), keys);
    // Not std::min, which would pass over a NaN.
    if (!(slack >= bounds.slack)) bounds.slack = slack;
    if (!(row_slack >= bounds.row_slack)) bounds.row_slack = row_slack;
  }
  return bounds;
}

double mean_self_weight(const Matrix& attention) {
  double sum = 0;
  for (std::size_t q = 0; q < attention.shape(0); ++q) sum += attention(q, q);
  return sum / static_cast<double>(attention.shape(0));
}

// Of independent tokens; those of a random walk are not.
void predict(const Parameters& params, const Vector& eigenvalues, double entropy, double self_weight,
             Result& result) {
  const std::string tokens = params.text("tokens");
  if (tokens != "normalized" && tokens != "gaussian") return;
  const RandomEnergy theory =
      attention_theory(moments_of(eigenvalues), {.dim = params.count("dim"),
                                                 .length = params.count("length"),
                                                 .temperature = params.real("temperature"),
                                                 .causal = params.flag("causal"),
                                                 .normalized = tokens == "normalized"});
  result.scalar("entropy_theory", theory.entropy);
  result.scalar("self_weight_theory", theory.self_weight);
  result.scalar("participation_theory", theory.participation);
  if (params.count("length") > 1)
    result.scalar("entropy_deviation", (entropy - theory.entropy) / std::log(params.real("length")));
  result.scalar("self_weight_deviation", self_weight - theory.self_weight);
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const std::size_t dim = params.count("dim"), length = params.count("length");
  const double temperature = params.real("temperature");
  const Mask mask = params.flag("causal") ? Mask::causal() : Mask::none();
  const Matrix tokens = nn::draw_tokens(params.text("tokens"), length, dim, trial.stream("tokens"));
  const Spectrum spectrum{params.real("mean"), params.real("variance"), params.text("shape")};
  const Matrix qk = symmetric_matrix(dim, spectrum, trial.stream("qk"));
  trial.check();

  const Matrix logits = attention_logits(tokens, qk, temperature);
  const Matrix attention = softmax_rows(logits, mask);
  const AttentionMeasures measures = measure_attention(attention, mask);
  const Bounds bounds =
      compare(row_entropy(attention), logits, logit_norm_bound(tokens, qk, temperature), mask);
  trial.check();

  result.scalar("entropy", measures.entropy);
  result.scalar("entropy_ratio", measures.entropy_ratio);
  result.scalar("entropy_bound", bounds.mean);
  result.scalar("bound_slack", bounds.slack);
  result.scalar("row_bound_slack", bounds.row_slack);
  result.scalar("participation", measures.participation);
  result.scalar("effective_keys", measures.effective_keys);
  result.scalar("attention_distance", measures.distance);
  result.scalar("largest_weight", measures.largest_weight);
  const Vector eigenvalues = symmetric_eigenvalues(qk);
  const double self_weight = mean_self_weight(attention);
  result.scalar("self_weight", self_weight);
  trial.check();
  predict(params, eigenvalues, measures.entropy, self_weight, result);
  result.series("eigenvalues", std::vector<double>(eigenvalues.begin(), eigenvalues.end()));
}

Experiment make() {
  Experiment experiment;
  experiment.name = "entropy_collapse";
  experiment.version = 1;
  experiment.doc =
      "Entropy of one layer's attention for a query-key matrix with a prescribed eigenspectrum, beside "
      "theory "
      "and the lower bound of Zhai et al. (2023).";
  experiment.parameters = {
      integer("dim", 64, "width of a token").range(2, 4096),
      integer("length", 64, "number of tokens").range(1, 4096),
      real("mean", 0.0, "mean of the eigenspectrum of W").range(-100, 100),
      real("variance", 1.0, "variance of the eigenspectrum").range(0, 1e6),
      choice("shape", "gaussian", spectrum_shape_names(), "shape of the eigenspectrum"),
      real("temperature", "divides the logits")
          .above(0)
          .derived("sqrt(dim)", [](const Parameters& p) { return Value(std::sqrt(p.real("dim"))); }),
      choice_of<nn::TokenKind>("tokens", "normalized", "what attention sees"),
      boolean("causal", false, "whether a query sees only its own and earlier keys"),
  };
  experiment.scalars = {
      {"entropy", "nats", "entropy of attention, mean over queries", "", Bits::rounded},
      {"entropy_ratio", "", "entropy over log of the keys in sight, mean over queries that see more than one",
       "", Bits::rounded, false, Range{0, 1}},
      {"entropy_bound", "nats", "Zhai's lower bound on each query's entropy, mean over queries", "",
       Bits::rounded},
      {"bound_slack", "nats", "least entropy minus bound over all queries", "", Bits::rounded},
      {"row_bound_slack", "nats", "the same where the bound uses the norm of the query's own logits", "",
       Bits::rounded},
      {"participation", "", "1 / sum of squared weights, mean over queries", "", Bits::rounded},
      {"effective_keys", "", "exp(entropy), mean over queries", "", Bits::rounded},
      {"attention_distance", "positions", "distance to what is attended to, mean over queries", "",
       Bits::rounded},
      {"largest_weight", "", "largest weight of a query, mean over queries", "", Bits::rounded},
      {"entropy_theory", "nats", "entropy by theory for the matrix's eigenvalues; independent tokens only",
       "", Bits::rounded, true},
      {"self_weight", "", "weight of a query's own token, mean over queries", "", Bits::rounded, true,
       Range{0, 1}},
      {"self_weight_theory", "", "the same by theory; independent tokens only", "", Bits::rounded, true},
      {"participation_theory", "", "participation by theory; independent tokens only", "", Bits::rounded,
       true},
      {"entropy_deviation", "", "entropy minus theory, over log T; independent tokens only", "",
       Bits::rounded, true},
      {"self_weight_deviation", "", "self-weight minus theory; independent tokens only", "", Bits::rounded,
       true},
  };
  experiment.series = {{"eigenvalues", "", "eigenvalues of W, ascending", "rank", Bits::rounded}};
  experiment.cost = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return 20 * d * d * d + 4 * t * d * (t + d);
  };
  // Matrices of d x d, t x t and t x d that are there at once, found by measuring.
  experiment.memory = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return 8 * (6 * d * d + 3 * t * t + 6 * t * d);
  };
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
