// phase: localization, entropy collapse, rank collapse and trainability at one point of the (mean, variance)
// plane.
//
// The first three are those of the experiments `localization`, `entropy_collapse` and `rank_collapse`, for
// matrices of one spectrum and with one width, length and temperature, so that their maps share axes. With
// `train.steps`, a model without skips whose matrices start from that spectrum learns to sort, as in
// `training`.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/measure/localization.hpp"
#include "core/nn/untrained/untrained.hpp"
#include "core/theory/propagation.hpp"
#include "core/theory/scores/query_scores.hpp"
#include "core/theory/scores/residual_map.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

double contrast_of(const Vector& support) {
  const auto [least, most] = std::minmax_element(support.begin(), support.end());
  return *most - *least;
}

struct TrainedLoss {
  double loss;  // held out, in nats a symbol
  train::Standards standards;
};

// Nothing where it diverges.
std::optional<TrainedLoss> trained_loss(const Trial& trial, const Spectrum& spectrum) {
  const Parameters& p = trial.params;
  const tasks::TaskConfig config{
      .kind = "sort", .length = p.count("length"), .batch = p.count("train.batch"), .vocabulary = 16};
  const auto task = tasks::make_task(config, trial.shared_stream("task", tasks::task_key(config)));
  train::TrainConfig training;
  training.model.dim = static_cast<int>(p.integer("dim"));
  training.model.layers = static_cast<int>(p.integer("train.layers"));
  training.model.skip = false;
  training.initialization.kind = "spectrum";
  training.initialization.spectrum = spectrum;
  training.optimizer = nn::defaults("adam");
  training.optimizer.rate = 3e-3;
  training.steps = training.evaluate_every = p.count("train.steps");
  training.evaluation_batches = 8;
  train::Trainer trainer(training, *task, trial.stream("initial"));
  const train::Outcome outcome = train::train(trainer, train::hooks_of(trial));
  if (!outcome.divergence.empty()) return std::nullopt;
  return TrainedLoss{outcome.last.loss, train::standards_of(*task, training.evaluation_batches)};
}

struct PredictedCollapse {
  double entropy_ratio, residual;
};

PredictedCollapse predicted_collapse(const Parameters& params, const Vector& eigenvalues) {
  const std::size_t dim = params.count("dim"), length = params.count("length");
  const double temperature = params.real("temperature");
  const RandomEnergy attention =
      attention_theory(moments_of(eigenvalues), {.dim = dim, .length = length, .temperature = temperature});
  const ResidualSetting setting{.mean = params.real("mean"),
                                .variance = params.real("variance"),
                                .dim = dim,
                                .length = length,
                                .temperature = temperature};
  return {attention.entropy / std::log(static_cast<double>(length)),
          residual_theory(params.count("depth"), setting).back()};
}

// Above 1 neither has collapsed.
double margin(const Parameters& params, double entropy_ratio, double residual) {
  return std::min(entropy_ratio / params.real("least_entropy"), residual / params.real("least_residual"));
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const std::size_t dim = params.count("dim"), length = params.count("length");
  nn::UntrainedModel model;
  model.dim = dim;
  model.spectrum = {params.real("mean"), params.real("variance"), params.text("shape")};
  model.temperature = params.real("temperature");

  const Stream layers = trial.stream("layers");
  Tokens tokens = split(nn::draw_tokens("normalized", length, dim, trial.stream("tokens")));
  double entropy_ratio = 0;
  Vector first_eigenvalues;
  for (std::size_t l = 0; l < params.count("depth"); ++l) {
    trial.check();
    const nn::UntrainedLayer layer = nn::draw_layer(model, layers.substream(l));
    if (l == 0) {
      const Matrix seen = nn::attention_input(model, tokens).matrix();
      entropy_ratio = measure_attention(attention_weights(seen, layer.qk, model.temperature)).entropy_ratio;
      first_eigenvalues = symmetric_eigenvalues(layer.qk);
    }
    tokens = nn::apply(model, layer, tokens);
  }
  const double residual = measure_tokens(tokens).residual;

  trial.check();
  const Matrix w = symmetric_matrix(dim, model.spectrum, trial.stream("matrix"));
  const LocalizationSums sums =
      sample_localization(BridgeSampler(w, length, model.temperature), Weighting::piecewise,
                          trial.stream("walks"), params.count("samples"));
  const Vector support = sums.support / static_cast<double>(sums.samples);
  const Propagation theory = propagation_probability(spectrum_statistics(w), dim, length, model.temperature);

  result.scalar("contrast", contrast_of(support));
  result.scalar("contrast_theory", contrast_of(theory.support));
  result.scalar("entropy_ratio", entropy_ratio);
  result.scalar("residual", residual);
  if (params.integer("train.steps") > 0) {
    if (const auto trained = trained_loss(trial, model.spectrum)) {
      const double floor = *trained->standards.floor, baseline = *trained->standards.baseline;
      result.scalar("trained_excess", trained->loss - floor);
      result.scalar("baseline_excess", baseline - floor);
      result.scalar("above_baseline", *trained->standards.above_baseline(trained->loss));
    }
  }
  result.scalar("margin", margin(params, entropy_ratio, residual));
  trial.check();
  const PredictedCollapse predicted = predicted_collapse(params, first_eigenvalues);
  result.scalar("entropy_ratio_theory", predicted.entropy_ratio);
  result.scalar("residual_theory", predicted.residual);
  result.scalar("margin_theory", margin(params, predicted.entropy_ratio, predicted.residual));
}

Experiment make() {
  Experiment experiment;
  experiment.name = "phase";
  experiment.version = 1;
  experiment.doc =
      "Localization, entropy collapse, rank collapse and trainability for one eigenspectrum, side by side.";
  experiment.parameters = {
      integer("dim", 64, "width of a token").range(2, 4096),
      integer("length", 64, "number of tokens").range(2, 4096),
      integer("depth", 12, "layers without skips, on layer-normalized tokens with orthogonal values")
          .range(1, 1000),
      real("mean", 0.0, "mean of the eigenspectrum of each W").range(-100, 100),
      real("variance", 1.0, "variance of the eigenspectrum").range(0, 1e6),
      choice("shape", "gaussian", spectrum_shape_names(), "shape of the eigenspectrum"),
      real("temperature", "divides the logits")
          .above(0)
          .derived("sqrt(dim)", [](const Parameters& p) { return Value(std::sqrt(p.real("dim"))); }),
      integer("samples", 1000, "random walks drawn for the contrast").range(1, 1e7),
      real("least_entropy", 0.1, "entropy over log T below which entropy counts as collapsed").range(1e-6, 1),
      real("least_residual", 0.5, "residual below which rank counts as collapsed").range(1e-6, 1),
      integer("train.steps", 0,
              "updates by Adam at 0.003 of a model that sorts 16 symbols; 0: none is trained")
          .range(0, 1e9),
      integer("train.layers", 3, "its blocks, without skips").range(1, 1024),
      integer("train.batch", 64, "sequences of a batch").range(1, 1 << 20),
  };
  experiment.scalars = {
      {"contrast", "", "largest minus smallest support over positions of a random walk", "", Bits::exact,
       false, Range{0, 1}},
      {"contrast_theory", "", "the same by theory", "", Bits::rounded},
      {"entropy_ratio", "", "entropy of the first layer's attention over log T", "", Bits::rounded, false,
       Range{0, 1}},
      {"residual", "", "||X - 1 mean||_F / ||X||_F of the last layer's tokens", "", Bits::rounded, false,
       Range{0, 1}},
      {"margin", "",
       "least of entropy_ratio / least_entropy and residual / least_residual; above 1 neither has collapsed",
       "", Bits::rounded},
      {"trained_excess", "nats", "held-out loss above its floor after train.steps; not set if it diverged",
       "", Bits::rounded},
      {"entropy_ratio_theory", "", "entropy_ratio by theory for that layer's eigenvalues", "", Bits::rounded,
       true},
      {"residual_theory", "", "residual by theory, as if deviations of tokens stayed independent", "",
       Bits::rounded, true},
      {"margin_theory", "", "margin by theory", "", Bits::rounded, true},
      {"baseline_excess", "nats", "what trained_excess is without attention, from position and own symbol",
       "", Bits::exact, true},
      {"above_baseline", "", "share of the way from that to the floor; negative: worse", "", Bits::rounded,
       true},
  };
  experiment.baselines = {{"trained_excess", "baseline_excess", "no attention"}};
  experiment.check = [](const Parameters& p) -> std::string {
    if (p.integer("train.steps") == 0 || p.real("temperature") == std::sqrt(p.real("dim"))) return "";
    return "the trained model divides its logits by sqrt(dim): leave temperature out, or train.steps";
  };
  experiment.cost = [](const Parameters& p) {
    const double d = p.real("dim"), t = p.real("length");
    return p.real("depth") * (20 * d * d * d + 4 * t * d * (t + d)) +
           p.real("samples") * (d * d / 16 + 8 * (d + t)) +
           3 * p.real("train.steps") * p.real("train.batch") * p.real("train.layers") * t *
               (4 * d * d + 2 * t * d);
  };
  experiment.run = run;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
