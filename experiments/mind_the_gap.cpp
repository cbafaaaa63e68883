// mind_the_gap: the gap between the two largest singular values of softmax attention, and the collapse of
// rank that it causes as the context grows.
//
// After Nait Saada, Naderi and Tanner, "Mind the Gap: a Spectral Analysis of Rank Collapse and Signal
// Propagation in Attention Layers" (ICML 2025, arXiv 2410.07799): the largest singular value of attention at
// initialization tends to 1, the second is of order 1/sqrt(T), so that with width T (at T/d fixed) tokens
// collapse to rank one; removing the outlier, A - 1 1^T / T, keeps the rank.
//
// Tokens X_0 (T x T, orthogonal) go through X_l = A_l X_{l-1} V_l, V_l Gaussian with variance 1/T or absent,
// A_l = softmax(logits) or that minus 1 1^T / T. Formulas with their sources:
// core/theory/random_attention.hpp.
//
// Reproduced: the gap, its rate, stable rank with depth and width, the cure. Own reading: the constants (the
// paper states rates; quarter circle and Fuss-Catalan edges give the numbers drawn as theory), d = T, and
// what `logits: tokens` does. `independent` logits are the paper's model, a random Markov matrix. `tokens`
// are those of real queries and keys, W_q and W_k Gaussian, of tokens scaled to unit mean square (so that a
// network whose tokens shrink still attends): entries of one matrix then depend on one another, no theory is
// claimed, and the difference is measured. Out of reach: the paper's training runs on large models.
#include "core/theory/random_attention.hpp"

#include <cmath>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/array.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

Matrix gaussian(std::size_t rows, std::size_t columns, double variance, Stream random) {
  Matrix x = xt::empty<double>({rows, columns});
  const double deviation = std::sqrt(variance);
  for (double& entry : x) entry = deviation * random.normal();
  return x;
}

// Logits of variance `variance` from queries and keys of the tokens, each scaled to unit mean square.
Matrix token_logits(const Matrix& tokens, double variance, const Stream& random) {
  const std::size_t d = tokens.shape(1);
  const auto width = static_cast<double>(d);
  Matrix unit = tokens;
  for (std::size_t t = 0; t < unit.shape(0); ++t) {
    auto row = xt::row(unit, static_cast<std::ptrdiff_t>(t));
    row *= std::sqrt(width / xt::sum(row * row)());
  }
  const double share = std::sqrt(variance) / width;
  const Matrix query = xt::linalg::dot(unit, gaussian(d, d, share, random.substream(0)));
  const Matrix key = xt::linalg::dot(unit, gaussian(d, d, share, random.substream(1)));
  return xt::linalg::dot(query, xt::transpose(key)) / std::sqrt(width);
}

Matrix softmax_rows(Matrix logits) {
  for (std::size_t t = 0; t < logits.shape(0); ++t) {
    auto row = xt::row(logits, static_cast<std::ptrdiff_t>(t));
    row = xt::eval(xt::exp(row - xt::amax(row)()));
    row /= xt::sum(row)();
  }
  return logits;
}

Vector singular_values(const Matrix& x) { return std::get<1>(xt::linalg::svd(x, false, false)); }

void run(const Trial& trial, Result& result) {
  const std::size_t length = trial.params.count("length"), depth = trial.params.count("depth");
  const double variance = trial.params.real("variance");
  const bool removed = trial.params.flag("removed"), values = trial.params.flag("values");
  const bool from_tokens = trial.params.text("logits") == "tokens";
  const auto T = static_cast<double>(length);

  Matrix x = std::get<0>(xt::linalg::qr(gaussian(length, length, 1, trial.stream("tokens"))));
  std::vector<double> stable, stable_theory, gram, gram_theory;
  for (std::size_t l = 1; l <= depth; ++l) {
    trial.check();
    trial.progress(l - 1, depth);
    const Stream logits = trial.stream("logits").substream(l);
    Matrix attention = softmax_rows(from_tokens ? token_logits(x, variance, logits.substream(7))
                                                : gaussian(length, length, variance, logits));
    if (removed) attention -= 1 / T;
    if (l == 1) {
      const Vector s = singular_values(attention);
      const double edge = attention_bulk_edge(T, variance);
      const double bulk = removed ? s(0) : s(1);
      result.scalar("largest", s(0));
      result.scalar("second", s(1));
      result.scalar("gap", s(0) - s(1));
      result.scalar("edge", bulk);
      result.scalar("edge_theory", edge);
      result.scalar("edge_ratio", bulk / edge);
    }
    x = xt::linalg::dot(attention, x);
    if (values) x = xt::linalg::dot(x, gaussian(length, length, 1 / T, trial.stream("values").substream(l)));

    const Vector s = singular_values(x);
    const Vector relative = xt::square(s / s(0));
    const auto layers = static_cast<double>(l), factors = values ? 2 * layers : layers;
    stable.push_back(xt::sum(relative)());
    stable_theory.push_back(removed ? bulk_stable_rank(T, factors)
                                    : outlier_stable_rank(T, variance, layers));
    // Without the largest, so that tiny excesses are not lost in 1.
    gram.push_back(xt::sum(xt::square(xt::view(relative, xt::range(1, relative.size()))))());
    gram_theory.push_back(outlier_gram_excess(T, variance, layers, factors));
  }
  result.series("stable_rank", stable);
  result.series("stable_rank_theory", stable_theory);
  result.series("gram_excess", gram);
  if (!removed) result.series("gram_excess_theory", gram_theory);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "mind_the_gap";
  experiment.version = 1;
  experiment.doc =
      "Spectral gap of softmax attention at width T, and stable rank with and without its outlier.";
  experiment.parameters = {
      integer("length", 128, "number of tokens T, and their width").range(4, 8192),
      integer("depth", 4, "attention layers").range(1, 1000),
      real("variance", 1.0, "of the logits").above(0),
      boolean("removed", false, "subtract 1/T from every attention weight, which removes the outlier"),
      choice("logits", "independent", {"independent", "tokens"}, "Gaussian entries, or queries times keys"),
      boolean("values", true, "multiply by a Gaussian value matrix in each layer"),
  };
  experiment.scalars = {
      {"largest", "", "largest singular value of the first layer's attention", "", Bits::rounded},
      {"second", "", "second singular value", "", Bits::rounded},
      {"gap", "", "largest minus second singular value", "", Bits::rounded},
      {"edge", "", "largest singular value but for the outlier", "", Bits::rounded},
      {"edge_theory", "", "2 sqrt((e^variance - 1) / T)", "", Bits::rounded},
      {"edge_ratio", "", "edge over its theory", "", Bits::rounded},
  };
  experiment.series = {
      {"stable_rank", "", "|X|_F^2 / |X|_2^2 of the tokens", "layer", Bits::rounded},
      {"stable_rank_theory", "", "its limit at large T", "layer", Bits::rounded},
      {"gram_excess", "", "stable rank of X X^T, minus 1", "layer", Bits::rounded},
      {"gram_excess_theory", "", "its limit at large T, with the outlier", "layer", Bits::rounded},
  };
  experiment.overlays = {{"stable_rank", "stable_rank_theory"}, {"gram_excess", "gram_excess_theory"}};
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return std::pow(p.real("length"), 3) * p.real("depth"); };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
