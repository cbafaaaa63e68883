// weights: the eigenspectrum of a head of a trained model, read from a file, and what theory predicts from it.
//
// Nothing is drawn: a trial is a function of the file and the parameters. Sweeps over layer and head show a whole model,
// and sweeps over file its course of training. core/weights/spectra/head_spectrum.hpp has the scale on which theory is
// asked. Without a file a trial is a point of the phase diagram: what theory predicts for a symmetric matrix of full rank
// whose eigenvalues are normal, so that a map of the plane can lie beneath the heads.
#include <algorithm>
#include <cmath>

#include "core/system/file.hpp"
#include "core/theory/scores/query_scores.hpp"
#include "core/trial/experiment.hpp"
#include "core/weights/layouts/model_weights.hpp"
#include "core/weights/spectra/head_report.hpp"

namespace qklab {
namespace {

using namespace weights;

WeightsConfig config_of(const Parameters& p) {
  return {.file = find_data_file(p.text("file")),
          .layout = p.text("layout"),
          .mapping = p.text("mapping").empty() ? "" : find_data_file(p.text("mapping")),
          .prefix = p.text("prefix"),
          .heads = static_cast<int>(p.integer("heads")),
          .groups = static_cast<int>(p.integer("groups"))};
}

HeadWeights read_head(const Parameters& p) {
  return ModelWeights(config_of(p))
      .head(static_cast<int>(p.integer("layer")), static_cast<int>(p.integer("head")), p.flag("fold_norm"));
}

// Reads the head itself, so that a number that is not finite is told beforehand as well.
std::string content_problem(const Parameters& p) {
  try {
    read_head(p);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// Counts over equal bins from the lowest eigenvalue to the highest, divided by number and width, by each bin's middle.
void record_density(const std::vector<double>& sorted, std::size_t bins, Result& result) {
  const double low = sorted.front(), high = sorted.back();
  const double width = high > low ? (high - low) / static_cast<double>(bins) : 1;
  std::vector<double> middle(bins), density(bins);
  for (std::size_t i = 0; i < bins; ++i) middle[i] = low + (static_cast<double>(i) + 0.5) * width;
  for (const double x : sorted) {
    const auto bin = static_cast<std::size_t>(std::max(0.0, (x - low) / width));
    density[std::min(bin, bins - 1)] += 1 / (static_cast<double>(sorted.size()) * width);
  }
  result.series("density", std::move(middle), std::move(density));
}

std::vector<double> as_vector(const Vector& x) { return {x.begin(), x.end()}; }

void record_theory(const Parameters& p, const HeadTheory& theory, Result& result) {
  result.scalar("support_contrast", theory.support_contrast);
  result.scalar("active_contrast", theory.active_contrast);
  result.scalar("entropy_theory", theory.attention.entropy);
  result.scalar("entropy_ratio_theory", theory.attention.entropy / std::log(p.real("length")));
  result.scalar("self_weight_theory", theory.attention.self_weight);
  result.series("support_theory", as_vector(theory.propagation.support));
  result.series("active_theory", as_vector(theory.propagation.active));
}

void run_point(const Parameters& p, Result& result) {
  const double mean = p.real("plane.mean"), variance = p.real("plane.variance");
  const std::size_t dim = p.count("plane.dim"), length = p.count("length");
  result.scalar("plane_mean", mean);
  result.scalar("plane_variance", variance);
  result.scalar("plane_frobenius", variance);
  const double temperature = std::sqrt(static_cast<double>(dim));
  const SpectrumStatistics spectrum{.mean = mean, .variance = variance, .frobenius_variance = variance};
  record_theory(p,
                theory_of(propagation_probability(spectrum, dim, length, temperature),
                          attention_theory(normal_moments(mean, variance),
                                           {.dim = dim, .length = length, .temperature = temperature})),
                result);
}

void run(const Trial& trial, Result& result) {
  const Parameters& p = trial.params;
  if (p.text("file").empty()) return run_point(p, result);
  const HeadWeights head = read_head(p);
  trial.check();
  const HeadReport report = report_of(head, p.count("length"));
  const HeadSpectrum& s = report.spectrum;
  result.scalar("mean", s.mean);
  result.scalar("variance", s.variance);
  result.scalar("frobenius_variance", s.frobenius_variance);
  result.scalar("spectral_norm", s.spectral_norm);
  result.scalar("effective_rank", s.effective_rank);
  result.scalar("symmetric_share", s.symmetric_share);
  result.scalar("plane_mean", s.plane_mean);
  result.scalar("plane_variance", s.plane_variance);
  result.scalar("plane_frobenius", s.plane_frobenius);
  record_theory(p, report.theory, result);
  result.scalar("entropy_bound", report.entropy_bound);

  std::vector<double> real, imaginary;
  for (const std::complex<double>& each : eigenvalues_of(head)) {
    real.push_back(each.real());
    imaginary.push_back(each.imag());
  }
  record_density(real, p.count("bins"), result);
  result.series("eigenvalue_real", std::move(real));
  result.series("eigenvalue_imaginary", std::move(imaginary));
  result.series("singular_value", as_vector(singular_values_of(head)));
}

Parameter file_parameter() {
  Parameter file =
      text("file", "", "weights: .safetensors, .npz or .npy; empty: a point of the phase diagram");
  file.file().content({"layout", "mapping", "prefix", "heads", "groups", "layer", "head", "fold_norm"},
                      content_problem);
  return file;
}

Experiment make() {
  Experiment experiment;
  experiment.name = "weights";
  experiment.version = 1;
  experiment.doc =
      "The eigenspectrum of a head of a trained model, and the attention that theory predicts from it.";
  std::vector<std::string> layouts = Registry<LayoutKind>::all().names();
  layouts.insert(layouts.begin(), any_layout);
  experiment.parameters = {
      file_parameter(),
      choice("layout", any_layout, std::move(layouts),
             "how the file names and orders arrays; auto: the only one that fits"),
      text("mapping", "", "YAML file that describes another layout; empty: none").file(),
      text("prefix", "", "what stands before all names; empty: the only one there is"),
      integer("heads", 0, "heads of queries; 0: the mapping or the file's metadata say it").range(0, 1 << 20),
      integer("groups", 0, "groups of keys; 0: as many as there are rows for").range(0, 1 << 20),
      integer("layer", 0, "counted from 0").range(0, 1e6),
      integer("head", 0, "counted from 0").range(0, 1 << 20),
      boolean("fold_norm", false,
              "the gain and shift of the norm that attention reads are folded into W_QK and biases"),
      integer("length", 64, "tokens that theory is asked about").range(2, 1 << 20),
      integer("bins", 40, "of the density of eigenvalues").range(1, 1e5),
      integer("plane.dim", 64, "without a file: width of a symmetric matrix").range(2, 1 << 20),
      real("plane.mean", 0.0, "without a file: mean of its eigenvalues, which are normal").range(-1e6, 1e6),
      real("plane.variance", 1.0, "without a file: their variance").range(0, 1e12),
  };
  experiment.scalars = {
      {"mean", "", "mean of W_QK's eigenvalues, over the head's width", "", Bits::exact},
      {"variance", "", "their variance, tr(W^2) / m - mean^2", "", Bits::exact},
      {"frobenius_variance", "", "tr(W W^T) / m - mean^2", "", Bits::exact},
      {"spectral_norm", "", "largest singular value", "", Bits::rounded},
      {"effective_rank", "", "exp(entropy of singular values over their sum)", "", Bits::rounded},
      {"symmetric_share", "", "share of the symmetric part in tr(W W^T)", "", Bits::exact, false,
       Range{0, 1}},
      {"plane_mean", "", "mean on the phase diagram: mean sqrt(m / d)", "", Bits::exact},
      {"plane_variance", "", "variance on the phase diagram: variance + mean^2 (1 - m / d)", "", Bits::exact},
      {"plane_frobenius", "", "the Frobenius twin of plane_variance; equal to it for a symmetric matrix", "",
       Bits::exact},
      {"support_contrast", "", "largest minus smallest support_theory over positions", "", Bits::rounded,
       false, Range{0, 1}},
      {"active_contrast", "", "the same of active_theory", "", Bits::rounded, false, Range{0, 1}},
      {"entropy_theory", "nats", "attention entropy that theory predicts for normalized tokens", "",
       Bits::rounded},
      {"entropy_ratio_theory", "", "entropy_theory over log length", "", Bits::rounded},
      {"self_weight_theory", "", "weight on the query's own token, likewise", "", Bits::rounded},
      {"entropy_bound", "nats",
       "Zhai's lower bound of the entropy, for tokens whose Gram matrix has norm (sqrt d + sqrt T)^2", "",
       Bits::rounded},
  };
  experiment.series = {
      {"eigenvalue_real", "", "real parts of the m eigenvalues, ascending", "rank", Bits::rounded},
      {"eigenvalue_imaginary", "", "their imaginary parts, in the same order", "rank", Bits::rounded},
      {"singular_value", "", "the m singular values, descending", "rank", Bits::rounded},
      {"density", "", "histogram of the real parts, of integral 1", "eigenvalue", Bits::rounded},
      {"support_theory", "probability", "that a position receives weight, for random-walk tokens", "position",
       Bits::rounded, false, Range{0, 1}},
      {"active_theory", "probability", "that it receives weight but not all", "position", Bits::rounded,
       false, Range{0, 1}},
  };
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
