// Localization: which positions attention reaches when the query-key matrix has a given eigenspectrum.
//
// Monte Carlo over random-walk tokens with one random matrix a trial, beside the propagation probability that
// theory gives for that matrix.
#include <algorithm>
#include <cmath>

#include "core/measure/localization.hpp"
#include "core/spectrum/matrices.hpp"
#include "core/theory/propagation.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

// Samples that a core draws in one go. Part of the numbers' definition: each go has a substream of its own.
constexpr std::size_t chunk = 2048;

Matrix draw_matrix(const Trial& trial) {
  const Parameters& params = trial.params;
  const Spectrum spectrum{params.real("mean"), params.real("variance"), params.text("shape")};
  const std::size_t dim = params.count("dim");
  const Stream stream = trial.stream("matrix");
  return params.flag("symmetric") ? symmetric_matrix(dim, spectrum, stream)
                                  : nonsymmetric_matrix(dim, spectrum, params.real("asymmetry"), stream);
}

LocalizationSums draw_samples(const Trial& trial, const Matrix& w) {
  const std::size_t length = trial.params.count("length"), samples = trial.params.count("samples");
  const Weighting weighting =
      trial.params.text("attention") == "softmax" ? Weighting::softmax : Weighting::piecewise;
  const BridgeSampler sampler(w, length, trial.params.real("temperature"));
  const Stream stream = trial.stream("tokens");
  const std::size_t chunks = (samples + chunk - 1) / chunk;
  std::vector<LocalizationSums> parts(chunks, LocalizationSums(length));
  trial.parallel_for(chunks, [&](std::size_t i) {
    parts[i] =
        sample_localization(sampler, weighting, stream.substream(i), std::min(chunk, samples - i * chunk));
  });
  LocalizationSums all(length);
  for (const LocalizationSums& part : parts) all.add(part);
  return all;
}

double contrast_of(const std::vector<double>& x) {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  return *most - *least;
}

// The share of a probability's sum over positions that lies in the first, the middle and the last third of them.
struct Thirds {
  double early = 0, middle = 0, late = 0;
};

Thirds thirds_of(const std::vector<double>& x) {
  Thirds out;
  double sum = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    (3 * (t + 1) <= x.size() ? out.early : 3 * (t + 1) <= 2 * x.size() ? out.middle : out.late) += x[t];
    sum += x[t];
  }
  return {out.early / sum, out.middle / sum, out.late / sum};  // NaN where no position is reached
}

std::vector<double> shares(std::size_t length) {
  std::vector<double> out;
  for (std::size_t t = 1; t <= length; ++t)
    out.push_back(static_cast<double>(t) / static_cast<double>(length));
  return out;
}

std::vector<double> as_vector(const Vector& x) { return {x.begin(), x.end()}; }

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const std::size_t dim = params.count("dim"), length = params.count("length");
  const Matrix w = draw_matrix(trial);
  trial.check();

  const SpectrumStatistics spectrum = spectrum_statistics(w);
  result.scalar("mean_drawn", spectrum.mean);
  result.scalar("variance_drawn", spectrum.variance);
  result.scalar("frobenius_variance", spectrum.frobenius_variance);
  result.scalar("spectral_norm", spectrum.spectral_norm);

  const Propagation theory = propagation_probability(spectrum, dim, length, params.real("temperature"));
  result.series("support_theory", as_vector(theory.support));
  result.series("active_theory", as_vector(theory.active));

  const LocalizationSums sums = draw_samples(trial, w);
  const auto samples = static_cast<double>(sums.samples);
  const std::vector<double> support = as_vector(sums.support / samples),
                            active = as_vector(sums.active / samples);
  result.scalar("contrast", contrast_of(support));
  result.scalar("active_contrast", contrast_of(active));
  if (length >= 3) {
    const Thirds where = thirds_of(support), active_where = thirds_of(active);
    result.scalar("support_early", where.early);
    result.scalar("support_middle", where.middle);
    result.scalar("support_late", where.late);
    result.scalar("active_early", active_where.early);
    result.scalar("active_middle", active_where.middle);
    result.scalar("active_late", active_where.late);
  }
  result.scalar("entropy", sums.entropy / samples);
  result.scalar("participation", sums.participation / samples);
  result.series("support", support);
  result.series("active", active);
  if (params.flag("by_share")) {
    const Propagation limit = propagation_limit(spectrum, dim, length, params.real("temperature"));
    const std::vector<double> share = shares(length);
    result.series("support_by_share", share, support);
    result.series("support_limit", share, as_vector(limit.support));
    result.series("active_by_share", share, active);
    result.series("active_limit", share, as_vector(limit.active));
  }
  result.series("attention", as_vector(sums.attention / samples));
}

Experiment make() {
  Experiment experiment;
  experiment.name = "localization";
  experiment.version = 1;
  experiment.doc =
      "Which positions attention reaches, for random-walk tokens and a query-key matrix of given "
      "eigenspectrum.";
  experiment.parameters = {
      integer("dim", 64, "width of a token").range(1, 4096),
      integer("length", 32, "number of tokens; the last one is the query").range(1, 8192),
      real("mean", 0.0, "mean of the eigenspectrum, tr(W) / dim").range(-1e4, 1e4),
      real("variance", 1.0, "variance of the eigenspectrum, tr(W^2) / dim - mean^2").range(0, 1e8),
      choice("shape", "gaussian", spectrum_shape_names(), "of the eigenspectrum"),
      boolean("symmetric", true, "whether W equals its transpose"),
      real("asymmetry", 1.0, "of W if not symmetric: its antisymmetric part's tr(A A^T) / dim over variance")
          .range(0, 1e4),
      choice("attention", "piecewise", {"piecewise", "softmax"},
             "softmax, or its linearization about uniform weights, clipped to [0, 1]"),
      real("temperature", "divides the logits")
          .derived("sqrt(dim)", [](const Parameters& p) { return Value(std::sqrt(p.real("dim"))); })
          .above(0),
      integer("samples", 4000, "random walks drawn").range(1, 1e9),
      boolean("by_share", false, "whether to record both probabilities along position / length, too")
          .added_later(),
  };
  experiment.scalars = {
      {"entropy", "nats", "entropy of the attention weights, mean over samples", "", Bits::exact},
      {"participation", "positions", "1 / sum of squared weights, mean over samples", "", Bits::exact},
      {"contrast", "", "largest minus smallest support over positions", "", Bits::exact, false, Range{0, 1}},
      {"active_contrast", "", "largest minus smallest active over positions", "", Bits::exact, true,
       Range{0, 1}},
      {"support_early", "", "share of the support's sum over positions in their first third", "", Bits::exact,
       true, Range{0, 1}},
      {"support_middle", "", "the same in the middle third", "", Bits::exact, true, Range{0, 1}},
      {"support_late", "", "the same in the last third", "", Bits::exact, true, Range{0, 1}},
      {"active_early", "", "share of active's sum over positions in their first third", "", Bits::exact, true,
       Range{0, 1}},
      {"active_middle", "", "the same in the middle third", "", Bits::exact, true, Range{0, 1}},
      {"active_late", "", "the same in the last third", "", Bits::exact, true, Range{0, 1}},
      {"mean_drawn", "", "tr(W) / dim of the matrix drawn", "", Bits::exact},
      {"variance_drawn", "", "tr(W^2) / dim - mean^2 of the matrix drawn", "", Bits::exact},
      {"frobenius_variance", "", "tr(W W^T) / dim - mean^2; equal to variance_drawn for a symmetric W", "",
       Bits::exact},
      {"spectral_norm", "", "largest singular value of W", "", Bits::rounded},
  };
  experiment.series = {
      {"support", "probability",
       "that a position receives weight: S > 0; for softmax S > 1 / (e length), 1/e of a uniform share",
       "position", Bits::exact, false, Range{0, 1}},
      {"support_theory", "probability", "the same, by theory for the linearized softmax", "position",
       Bits::rounded},
      {"active", "probability",
       "that it receives weight but not all: 0 < S < 1; for softmax both ends are off by 1 / (e length)",
       "position", Bits::exact},
      {"active_theory", "probability", "the same, by theory for the linearized softmax", "position",
       Bits::rounded},
      {"support_by_share", "probability", "support along position / length", "share", Bits::exact, true,
       Range{0, 1}},
      {"support_limit", "probability", "the same by theory for infinite length", "share", Bits::rounded,
       true},
      {"active_by_share", "probability", "active along position / length", "share", Bits::exact, true,
       Range{0, 1}},
      {"active_limit", "probability", "the same by theory for infinite length", "share", Bits::rounded, true},
      {"attention", "", "weight of a position, normalized to sum 1, mean over samples", "position",
       Bits::exact},
  };
  experiment.overlays = {{"support", "support_theory"},
                         {"active", "active_theory"},
                         {"support_by_share", "support_limit"},
                         {"active_by_share", "active_limit"}};
  experiment.cost = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return p.real("samples") * (d * d / 16 + 8 * (d + t)) + 10 * d * d * d;
  };
  experiment.check = [](const Parameters& p) -> std::string {
    if (p.count("dim") == 1 && p.real("variance") > 0)
      return "with dim 1 there is one eigenvalue, so variance must be 0";
    return "";
  };
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
