// tame_inference: TAME's scaling of scores applied to a trained language model, without training.
//
// After Tang et al. (TAME, ICLR 2025), an intervention at decoding time against tokens that all others attend to. A model is
// trained on a text, or read from a file that a training has saved (`init.from` with `steps: 0`), and then measured on
// held-out text while the scores of each head are multiplied by a factor, which a sweep of gamma follows:
//     scale        gamma: a temperature, to compare with
//     formula      gamma log(eta + 1e-6) / sqrt(eta), the paper's formula: W' = gamma log(eta) W / sqrt(eta)
//     activations  (1 + gamma / log tr(Q Q^T)) (1 + gamma / log tr(K K^T)), as the authors' released code has it with
//                  gamma = 0.8, Q and K (T, m) the head's queries and keys of the sequence at hand
// eta = tr(W^2) or, as a trained W is not symmetric, tr(W W^T): the same where it is. With eta < 1 the logarithm is
// negative and attention is reversed. At gamma = 0 attention is uniform for `scale` and `formula` and unchanged for
// `activations`.
//
// Along gamma: the loss, the entropy of attention, how much the most attended token gets, and the entropy of the
// propagation probability: of the share of queries that a token passes on to, weight above 1 / (10 T), or above 0 for
// sparsemax (core/measure/anchors.hpp). `gain` is what the loss falls by where gamma is chosen on half of the held-out
// sequences and judged on the other half, so that choosing gains nothing by itself. `authors_over_factor` compares with a
// temperature of the same mean factor: 0 where it is the only thing that counts.
//
// Reproduced: gamma against loss and entropy of the propagation probability, formula and released code. Own reading: that
// the traces are of a head and a sequence, the definition of propagation for softmax, small language models in place of multimodal ones.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/measure/anchors.hpp"
#include "core/nn/losses.hpp"
#include "core/nn/parameters.hpp"
#include "core/train/model_file.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

constexpr std::array<double, 13> gammas = {0, 0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4};
constexpr std::size_t authors_place = 4;  // 0.8, as their code has it

// What was measured, summed over sequences.
struct Measures {
  double loss = 0, entropy = 0, anchor = 0, over_propagation = 0, propagation_entropy = 0, factor = 0;

  void add(const Measures& other) {
    loss += other.loss;
    entropy += other.entropy;
    anchor += other.anchor;
    over_propagation += other.over_propagation;
    propagation_entropy += other.propagation_entropy;
    factor += other.factor;
  }
};

// The trained model once more, for one sequence at a time, with the scores of each head multiplied by a factor.
class ScaledModel {
 public:
  ScaledModel(train::Trainer& of, const Parameters& params)
      : params_(params),
        model_(tape_, of.config().model, 1, nn::Use::reading),
        targets_(tape_.indices({1, model_.config.length})),
        loss_(cross_entropy(model_.output, targets_)),
        trained_(of.tape().parameters().begin(), of.tape().parameters().end()) {}

  Measures measure(const tasks::Batch& batch, std::size_t sequence, double gamma) {
    const auto length = static_cast<std::ptrdiff_t>(model_.config.length);
    const auto from = static_cast<std::ptrdiff_t>(sequence) * length;
    std::ranges::copy_n(batch.ids.begin() + from, length, model_.tokens.value().begin());
    std::ranges::copy_n(batch.labels.begin() + from, length, targets_.value().begin());
    std::ranges::copy(trained_, tape_.parameters().begin());
    double factors = 0;
    // A layer's activations follow from the factors of those below.
    const bool by_activations = params_.text("intervention") == "activations";
    for (std::size_t l = 0; l < model_.layers.size(); ++l) {
      if (by_activations) tape_.forward();
      const auto& attention = model_.layers[l].attention;
      const nn::HeadLayout& layout = attention.layout;
      std::vector<double> of_heads;
      for (int h = 0; h < layout.heads; ++h) of_heads.push_back(factor(l, h, gamma));
      for (int h = 0; h < layout.heads; ++h) {
        const double by = of_heads[static_cast<std::size_t>(h)];
        for (float& weight : attention.head(h).query()) weight = static_cast<float>(by * weight);
        factors += by / (layout.heads * static_cast<double>(model_.layers.size()));
      }
    }
    tape_.forward();
    Measures found = read();
    found.factor = factors;
    return found;
  }

 private:
  double factor(std::size_t l, int h, double gamma) const {
    const nn::HeadView<float> head = model_.layers[l].attention.head(h);
    const std::string& kind = params_.text("intervention");
    if (kind == "scale") return gamma;
    if (kind == "formula") {
      const SpectrumStatistics s = head.spectrum();
      const double variance = params_.text("eta") == "trace" ? s.variance : s.frobenius_variance;
      const double eta = model_.config.head_width() * (variance + s.mean * s.mean);
      return gamma * std::log(eta + 1e-6) / std::sqrt(eta);
    }
    const std::vector<double> read = read_by_attention(l);
    return (1 + gamma / std::log(squares_of_map(head.query(), read))) *
           (1 + gamma / std::log(squares_of_map(head.key(), read)));
  }

  // What the attention of a layer reads, (T, dim): with norm pre, the layer's input normalized.
  std::vector<double> read_by_attention(std::size_t l) const {
    const auto input = l == 0 ? model_.embedded.value() : model_.layers[l - 1].output.value();
    std::vector<double> x(input.begin(), input.end());
    if (model_.config.norm.name() != "pre") return x;
    const auto weight = nn::parameter_named(model_.tape, fmt::format("blocks.{}.ln1.weight", l)).value(),
               bias = nn::parameter_named(model_.tape, fmt::format("blocks.{}.ln1.bias", l)).value();
    const std::size_t d = weight.size();
    for (std::size_t at = 0; at < x.size(); at += d) {
      double mean = 0, variance = 0;
      for (std::size_t i = 0; i < d; ++i) mean += x[at + i] / static_cast<double>(d);
      for (std::size_t i = 0; i < d; ++i)
        variance += (x[at + i] - mean) * (x[at + i] - mean) / static_cast<double>(d);
      for (std::size_t i = 0; i < d; ++i)
        x[at + i] = (x[at + i] - mean) / std::sqrt(variance + model_.config.norm_epsilon) *
                        static_cast<double>(weight[i]) +
                    static_cast<double>(bias[i]);
    }
    return x;
  }

  // tr(Y Y^T) for Y = x W^T, W (m, dim).
  double squares_of_map(std::span<const float> w, const std::vector<double>& x) const {
    const auto d = static_cast<std::size_t>(model_.config.dim);
    double sum = 0;
    for (std::size_t at = 0; at < x.size(); at += d) {
      for (std::size_t row = 0; row < w.size(); row += d) {
        double y = 0;
        for (std::size_t i = 0; i < d; ++i) y += static_cast<double>(w[row + i]) * x[at + i];
        sum += y * y;
      }
    }
    return sum;
  }

  Measures read() const {
    const auto length = static_cast<std::size_t>(model_.config.length);
    const double threshold = passing_threshold(model_.config.attention == "sparsemax", length);
    Measures sum;
    double count = 0;
    for (const auto& layer : model_.layers) {
      const auto weights = layer.attention.weights.value();
      for (std::size_t at = 0; at < weights.size(); at += length * length) {
        const auto one = weights.subspan(at, length * length);
        const Anchors anchors = measure_anchors(one, length, model_.config.mask, threshold);
        double entropy = 0;
        for (const float p : one)
          if (!(p <= 0)) entropy -= static_cast<double>(p) * std::log(static_cast<double>(p));
        sum.add({0, entropy / static_cast<double>(length), anchors.anchor, anchors.over_propagation,
                 anchors.propagation_entropy, 0});
        ++count;
      }
    }
    return {loss_.item(),
            sum.entropy / count,
            sum.anchor / count,
            sum.over_propagation / count,
            sum.propagation_entropy / count,
            0};
  }

  const Parameters& params_;
  autodiff::Tape<float> tape_;
  nn::Transformer<float> model_;
  autodiff::Indices<float> targets_;
  autodiff::Tensor<float> loss_;
  std::vector<float> trained_;
};

// The loss of halves of the held-out sequences, by gamma.
struct Halves {
  std::array<std::vector<double>, 2> loss;
};

// By how much the loss falls with the gamma that the other half chooses, mean over both halves.
double gain_of(const Halves& halves, const std::array<double, 2>& unchanged) {
  double gain = 0;
  for (const std::size_t judge : {std::size_t{0}, std::size_t{1}}) {
    const auto& chooser = halves.loss[1 - judge];
    const auto best = static_cast<std::size_t>(std::ranges::min_element(chooser) - chooser.begin());
    gain += (unchanged[judge] - halves.loss[judge][best]) / 2;
  }
  return gain;
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const train::Training training = train::training_of(params);
  const auto task = train::task_of(trial, training.task);
  train::Trainer trainer(training.config, *task, trial.shared_stream("tame_inference: initial"));
  if (!training.from.empty()) train::start_from(trainer, training.from);
  const train::Outcome outcome = train::train(trainer, train::hooks_of(trial));
  if (!outcome.divergence.empty()) return result.diverged(outcome.divergence);
  const train::Standards standards = train::standards_of(*task, training.config.evaluation_batches);
  result.scalar("trained_loss", outcome.last.loss);
  if (standards.baseline) {
    result.scalar("baseline", *standards.baseline);
    result.scalar("over_baseline", outcome.last.loss - *standards.baseline);
  }

  ScaledModel model(trainer, params);
  Parameters plain = params;
  plain.set(*plain.schema().find("intervention"), Value(std::string("scale")));
  ScaledModel unscaled(trainer, plain);
  const std::size_t sequences = params.count("sequences"), batch_size = task->config().batch;
  std::vector<Measures> along(gammas.size());
  Halves halves{{std::vector<double>(gammas.size()), std::vector<double>(gammas.size())}};
  std::array<double, 2> unchanged{};
  Measures before;
  tasks::Batch batch;
  for (std::size_t s = 0; s < sequences; ++s) {
    trial.check();
    if (s % batch_size == 0) task->batch(tasks::Part::held_out, s / batch_size, batch);
    const double weight = 1 / static_cast<double>(sequences);
    const Measures as_it_is = unscaled.measure(batch, s % batch_size, 1);
    before.add(as_it_is);
    unchanged[s % 2] += 2 * weight * as_it_is.loss;
    for (std::size_t g = 0; g < gammas.size(); ++g) {
      const Measures now = model.measure(batch, s % batch_size, gammas[g]);
      along[g].add(now);
      halves.loss[s % 2][g] += 2 * weight * now.loss;
    }
  }
  const auto n = static_cast<double>(sequences);
  // The same held-out sequences with the plain factor that the scores had on average at the authors' gamma.
  const Measures& authors = along[authors_place];
  double by_factor = 0;
  for (std::size_t s = 0; s < sequences; ++s) {
    if (s % batch_size == 0) task->batch(tasks::Part::held_out, s / batch_size, batch);
    by_factor += unscaled.measure(batch, s % batch_size, authors.factor / n).loss;
  }
  const std::vector<double> index(gammas.begin(), gammas.end());
  const auto record = [&](const char* name, double Measures::*member) {
    std::vector<double> values;
    for (const Measures& each : along) values.push_back(each.*member / n);
    result.series(name, index, values);
  };
  record("loss", &Measures::loss);
  record("entropy", &Measures::entropy);
  record("anchor", &Measures::anchor);
  record("over_propagation", &Measures::over_propagation);
  record("propagation_entropy", &Measures::propagation_entropy);
  record("factor", &Measures::factor);
  result.series("loss_unchanged", index, std::vector<double>(index.size(), before.loss / n));
  result.scalar("unchanged_loss", before.loss / n);
  result.scalar("gain", gain_of(halves, unchanged));
  result.scalar("authors_gain", (before.loss - authors.loss) / n);
  result.scalar("authors_over_factor", (authors.loss - by_factor) / n);
  result.scalar("authors_anchor", (authors.anchor - before.anchor) / n);
  result.scalar("authors_over_propagation", (authors.over_propagation - before.over_propagation) / n);
}

std::string check(const Parameters& p) {
  if (const std::string why = train::problem(p); !why.empty()) return why;
  const train::Training training = train::training_of(p);
  if (!training.task.kind->next_token)
    return "task is " + p.text("task") + ": choose one of next symbols, as text";
  if (p.flag("combined")) return "queries are scaled by heads: set combined to false";
  if (p.text("attention") != "softmax" && p.text("attention") != "sparsemax")
    return "scores are scaled: set attention to softmax or sparsemax";
  const nn::ModelConfig& model = training.config.model;
  if (model.qk_norm != nn::Normalization::none || model.attention_bias || model.attention_cap > 0 ||
      model.positions->bias)
    return "scores are scaled by the weights of queries alone: set qk_norm to none, attention_bias to false, "
           "attention_cap "
           "to 0, and positions to others than alibi";
  if (p.text("intervention") == "activations" && model.normalization != nn::Normalization::layer)
    return "activations are read behind layer norm: set norm_kind to layer";
  if (p.text("norm") != "pre" && p.text("norm") != "post" && p.text("norm") != "none")
    return "activations are read before or after layer norm: set norm to pre, post or none";
  if (training.config.model.reparametrization != nn::Reparametrization::none)
    return "queries are scaled after training: choose a regularizer that does not rescale weights itself";
  return p.integer("sequences") % 2 == 0 ? "" : "sequences are halved: set an even number";
}

Experiment make() {
  Experiment experiment;
  experiment.name = "tame_inference";
  experiment.version = 1;
  experiment.doc = "TAME's scaling of attention scores applied to a trained language model at inference.";
  for (const Parameter& each : train::schema())
    if (each.name != "save" && each.name != "seed") experiment.parameters.add(each);
  experiment.parameters.add(
      choice("intervention", "formula", {"scale", "formula", "activations"},
             "the factor of scores: gamma, gamma log(eta) / sqrt(eta), or by activations"));
  experiment.parameters.add(
      choice("eta", "frobenius", {"frobenius", "trace"}, "tr(W W^T) or tr(W^2) of a head"));
  experiment.parameters.add(
      integer("sequences", 64, "held-out sequences that are measured").range(2, 1000000));
  experiment.scalars = {
      {"unchanged_loss", "nats", "held-out loss of the trained model as it is", "", Bits::rounded},
      {"gain", "nats", "fall of the loss at the gamma that other held-out sequences choose", "",
       Bits::rounded},
      {"authors_gain", "nats", "fall of the loss at gamma = 0.8", "", Bits::rounded},
      {"authors_over_factor", "nats",
       "loss at gamma = 0.8, minus that with the mean factor of scores in all heads and sequences", "",
       Bits::rounded},
      {"authors_anchor", "", "change of anchor at gamma = 0.8", "", Bits::rounded},
      {"authors_over_propagation", "", "change of over_propagation at gamma = 0.8", "", Bits::rounded},
      {"trained_loss", "nats", "held-out loss after training, on the batches of evaluation", "", Bits::exact},
      {"baseline", "nats", "of bigrams: without attention", "", Bits::exact, true},
      {"over_baseline", "nats", "trained_loss - baseline", "", Bits::exact, true},
  };
  experiment.series = {
      {"loss", "nats", "held-out loss", "gamma", Bits::rounded},
      {"loss_unchanged", "nats", "of the model as it is", "gamma", Bits::rounded},
      {"entropy", "nats", "attention entropy, mean over layers, heads and queries", "gamma", Bits::rounded},
      {"anchor", "", "largest over mean attention that a token gets", "gamma", Bits::rounded},
      {"over_propagation", "", "share of queries that the most attended token passes on to, above the mean",
       "gamma", Bits::rounded},
      {"propagation_entropy", "", "entropy of the propagation probability over tokens, over log T", "gamma",
       Bits::rounded, false, Range{0, 1}},
      {"factor", "", "by which scores are multiplied, mean over heads", "gamma", Bits::rounded},
  };
  experiment.baselines = {{"loss", "loss_unchanged", "unchanged"}};
  experiment.run = run;
  experiment.cost = [](const Parameters& p) {
    return p.real("steps") * p.real("batch") * p.real("layers") + 20 * p.real("sequences") * p.real("layers");
  };
  experiment.check = check;
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
