// optimizer_heterogeneity: how unequal the gradients of a transformer's parameter blocks are, and what SGD
// pays.
//
// After Tomihari and Sato, "Understanding Why Adam Outperforms SGD: Gradient Heterogeneity in Transformers"
// (arXiv 2502.00213): gradient heterogeneity, the disparity of gradient norms among parameters, hinders SGD;
// sign-based optimization, which is close to Adam, suffers less; layer norm after the skip (post) makes it
// greater than before (pre).
//
// Blocks are the model's parameters, each weight matrix, bias or norm one block b. With the norm per
// parameter
//     h_b = |grad_b|_2 / sqrt(size_b),
// heterogeneity is the Gini coefficient of the h_b: 0 where all are equal, near 1 where one has all. `spread`
// is log10 of the largest over the smallest h_b. Which blocks there are matters: pre norm has one norm more, before
// the head, whose gradients alone can turn the sign of a small difference. `shared` leaves it out.
//
// One trial trains the same initial model on the same batches by SGD, SGD with momentum, Adam and sign-SGD,
// each at `rates` learning rates a factor 3.16 apart about a usual one, and keeps the rate with the lowest
// loss at the end. The loss is that of held-out batches. Rates at the edge of their range are told
// (`at_edge`). With `fresh` the losses at the end are those of held-out batches that no rate was chosen by: the
// lowest of many noisy losses is too low, and more so for an optimizer whose rates matter less. With `optimizers: all`
// Signum, which is sign-SGD with momentum, and RMSprop, which is Adam without, are trained as well.
//
// Reproduced: pre against post, SGD's gap to Adam against heterogeneity, sign-SGD. Own reading: the Gini
// coefficient as the measure of disparity, training from scratch (the paper fine-tunes), the rates' grid. Out
// of reach: the paper's bounds on complexity, and fine-tuning of large models.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/autodiff/curvature.hpp"
#include "core/base/elementary.hpp"
#include "core/stats/correlation.hpp"
#include "core/tasks/task.hpp"
#include "core/train/description.hpp"
#include "core/train/of_trial.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

struct Disparity {
  double gini = 0;
  double spread = 0;
};

enum class Blocks {
  all,
  shared,  // without the norm before the head, which models with post norm don't have
};

// Of the gradients at hand. Blocks that get no gradient at all, as unused positions do, are left out.
Disparity disparity(autodiff::Tape<float>& tape, const std::vector<double>& norms, Blocks blocks) {
  std::vector<double> h;
  for (std::size_t b = 0; b < norms.size(); ++b) {
    if (blocks == Blocks::shared && tape.blocks()[b].name.starts_with("ln.")) continue;
    if (norms[b] > 0) h.push_back(norms[b] / std::sqrt(static_cast<double>(tape.blocks()[b].size)));
  }
  const auto [least, largest] = std::ranges::minmax(h);
  return {gini(h), std::log10(largest / least)};
}

constexpr std::size_t evaluation_batches = 4;  // on which rates are chosen, and by default judged

struct Run {
  double chosen_by = std::numeric_limits<double>::infinity();  // held-out loss at the end
  double loss = 0;                                             // the same, or on fresh batches
  train::Curve curve;
  train::Curve gini, spread, shared;
  bool at_edge = false;
};

struct Method {
  const char* name;
  const char* kind;
  double usual_rate;
};
constexpr std::array<Method, 6> all_methods = {{{"sgd", "sgd", 0.3},
                                                {"momentum", "momentum", 0.1},
                                                {"adam", "adam", 0.005},
                                                {"sign", "sign_sgd", 0.001},
                                                {"signum", "signum", 0.001},
                                                {"rmsprop", "rmsprop", 0.005}}};
constexpr std::size_t basic_methods = 4;

std::span<const Method> methods_of(const Parameters& params) {
  const std::span<const Method> all = all_methods;
  return params.text("optimizers") == "all" ? all : all.first(basic_methods);
}

train::Training training_of(const Parameters& params) {
  train::Training training;
  train::read(training, params);
  return training;
}

train::TrainConfig train_config(const Parameters& params, const Method& method, double rate) {
  train::TrainConfig config = training_of(params).config;
  config.optimizer = nn::defaults(method.kind);
  config.optimizer.rate = rate;
  config.schedule = {.decay = "cosine",
                     .warmup = static_cast<std::int64_t>(config.steps / 20),
                     .steps = static_cast<std::int64_t>(config.steps)};
  config.evaluate_every = std::max<std::size_t>(1, config.steps / 10);
  config.evaluation_batches = evaluation_batches;
  return config;
}

// Initial parameters and batches depend on the seed alone, so that pre and post norm are compared on equal
// terms.
// The best of a method's rates; `place` is the method's among all.
Run best_run(const Trial& trial, const Method& method, std::size_t place, const tasks::Task& task) {
  const std::size_t rates = trial.params.count("rates");
  Run best;
  for (std::size_t i = 0; i < rates; ++i) {
    const double exponent = 0.5 * (static_cast<double>(i) - 0.5 * static_cast<double>(rates - 1));
    train::Trainer trainer(
        train_config(trial.params, method, method.usual_rate * elementary::pow(10.0, exponent)), task,
        trial.shared_stream("optimizer_heterogeneity model"));
    const std::size_t steps = trainer.config().steps;
    train::Hooks hooks = train::hooks_of_part(trial, (place * rates + i) * steps,
                                              methods_of(trial.params).size() * rates * steps);
    hooks.evaluated = [](train::Trainer& of, std::size_t step, train::History& history) {
      const std::vector<double> norms = autodiff::gradient_norms(of.tape());
      const Disparity now = disparity(of.tape(), norms, Blocks::all);
      history.add("gini", step, now.gini);
      history.add("spread", step, now.spread);
      history.add("shared", step, disparity(of.tape(), norms, Blocks::shared).gini);
    };
    train::Outcome outcome = train::train(trainer, hooks);
    if (!outcome.divergence.empty() || !(outcome.last.loss < best.chosen_by)) continue;
    const double loss =
        trial.params.flag("fresh") ? trainer.evaluate(evaluation_batches).loss : outcome.last.loss;
    const train::History& history = outcome.history;
    best = {outcome.last.loss,
            loss,
            history["loss"],
            history["gini"],
            history["spread"],
            history["shared"],
            rates > 1 && (i == 0 || i + 1 == rates)};
  }
  return best;
}

void run(const Trial& trial, Result& result) {
  const auto task =
      tasks::make_task(training_of(trial.params).task, trial.shared_stream("optimizer_heterogeneity task"));

  const train::Standards standards = train::standards_of(*task, evaluation_batches);
  if (standards.floor) result.scalar("floor", *standards.floor);
  if (standards.baseline) result.scalar("baseline", *standards.baseline);

  std::vector<Run> runs;
  double edges = 0;
  for (const Method& method : methods_of(trial.params)) {
    runs.push_back(best_run(trial, method, runs.size(), *task));
    const Run& best = runs.back();
    const std::string name = method.name;
    if (!std::isfinite(best.chosen_by)) return result.diverged(name + " diverged at every rate");
    result.series("loss_" + name, best.curve.step, best.curve.value);
    result.series("heterogeneity_" + name, best.gini.step, best.gini.value);
    result.scalar(name, best.loss);
    edges += best.at_edge;
  }
  if (standards.baseline) train::record_level(result, "loss_baseline", runs[0].curve, *standards.baseline);
  const auto average = [](const std::vector<double>& x) {
    double sum = 0;
    for (const double value : x) sum += value;
    return sum / static_cast<double>(x.size());
  };
  const double sgd = runs[0].loss, adam = runs[2].loss;
  // How much nearer to Adam than SGD is by a factor of two.
  const auto nearer = [=](const Run& other) { return (sgd - adam) - 2 * std::abs(other.loss - adam); };
  result.scalar("heterogeneity_initial", runs[2].gini.value.front());
  result.scalar("heterogeneity", average(runs[2].gini.value));
  result.scalar("shared_initial", runs[2].shared.value.front());
  result.scalar("shared", average(runs[2].shared.value));
  result.scalar("spread", average(runs[2].spread.value));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string name = all_methods[i].name;
    if (name == "adam") continue;
    result.scalar(name + "_gap", runs[i].loss - adam);
    if (name != "sgd" && name != "momentum") result.scalar(name + "_nearer", nearer(runs[i]));
  }
  result.scalar("at_edge", edges);
  if (const auto share = standards.above_baseline(adam)) result.scalar("above_baseline", *share);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "optimizer_heterogeneity";
  experiment.version = 1;
  experiment.doc =
      "Gradient heterogeneity between parameter blocks, and the gaps of SGD and sign-SGD to Adam.";
  experiment.parameters = {
      choice("norm", "pre", {"none", "pre", "post"}, "where layer norm stands"),
      integer("layers", 2, "blocks").range(0, 64),
      choice("task", "sort", tasks::task_names(), "what to learn"),
      integer("length", 12, "positions").range(2, 4096),
      integer("vocabulary", 12, "symbols").range(2, 65536),
      integer("batch", 16, "sequences").range(1, 4096),
      integer("dim", 16, "width of a token").range(1, 4096),
      integer("heads", 2, "attention heads").range(1, 64),
      integer("ffn", 32, "hidden width of the MLP; 0: none").range(0, 16384),
      integer("steps", 200, "updates").range(1, 10000000),
      integer("rates", 3, "learning rates tried for each optimizer, a factor 3.16 apart").range(1, 20),
      boolean("fresh", false,
              "losses at the end are measured on held-out batches other than those by which rates are chosen")
          .added_later(),
      choice_of<nn::AttentionKind>("attention", "softmax", "how scores become weights").added_later(),
      choice("optimizers", "basic", {"basic", "all"},
             "SGD without and with momentum, Adam and sign-SGD; or Signum and RMSprop as well")
          .added_later(),
      train::labels(),
  };
  experiment.scalars = {
      {"sgd", "nats", "held-out loss of SGD at the end, at its best rate", "", Bits::exact},
      {"momentum", "nats", "of SGD with momentum", "", Bits::exact},
      {"adam", "nats", "of Adam", "", Bits::exact},
      {"sign", "nats", "of sign-SGD", "", Bits::exact},
      {"heterogeneity_initial", "", "Gini coefficient of gradient norms of blocks, before training", "",
       Bits::exact},
      {"heterogeneity", "", "its mean while Adam trains", "", Bits::exact},
      {"spread", "", "log10 of the largest over the smallest gradient norm, mean while Adam trains", "",
       Bits::rounded},
      {"sgd_gap", "nats", "loss of SGD minus Adam's", "", Bits::exact},
      {"momentum_gap", "nats", "loss of SGD with momentum minus Adam's", "", Bits::exact},
      {"sign_gap", "nats", "loss of sign-SGD minus Adam's", "", Bits::exact},
      {"sign_nearer", "nats", "SGD's gap minus twice the size of sign-SGD's", "", Bits::exact},
      {"at_edge", "", "optimizers whose best rate is at the edge of the rates tried", "", Bits::exact},
      {"shared_initial", "",
       "heterogeneity_initial of the blocks that models with pre and post norm both have: without the norm "
       "before the head",
       "", Bits::exact, true},
      {"shared", "", "heterogeneity of these blocks, mean while Adam trains", "", Bits::exact, true},
      {"floor", "nats", "lowest expected loss of any model", "", Bits::rounded, true},
      {"baseline", "nats", "lowest expected loss without attention, from the position and its own token", "",
       Bits::exact, true},
      {"above_baseline", "", "share of the way from baseline to floor that Adam went; negative: worse", "",
       Bits::rounded, true},
  };
  experiment.series.push_back(
      {"loss_baseline", "nats", "the scalar baseline at each step", "step", Bits::exact, true});
  for (const Method& method : all_methods) {
    const std::string name = method.name;
    const bool is_basic = &method < &all_methods[basic_methods];
    if (!is_basic) {
      experiment.scalars.push_back({name, "nats",
                                    "held-out loss of " + name + " at the end, at its best rate", "",
                                    Bits::exact, true});
      experiment.scalars.push_back(
          {name + "_gap", "nats", "loss of " + name + " minus Adam's", "", Bits::exact, true});
      experiment.scalars.push_back({name + "_nearer", "nats",
                                    "SGD's gap minus twice the size of that of " + name, "", Bits::exact,
                                    true});
    }
    experiment.baselines.push_back({name, "baseline", "no attention", "floor"});
    experiment.baselines.push_back({"loss_" + name, "loss_baseline", "no attention"});
    experiment.series.push_back(
        {"loss_" + name, "nats", "held-out loss of " + name, "step", Bits::rounded, !is_basic});
    experiment.series.push_back({"heterogeneity_" + name, "",
                                 "Gini coefficient of gradient norms of blocks while " + name + " trains",
                                 "step", Bits::rounded, !is_basic});
  }
  experiment.run = run;
  experiment.cost = [](const Parameters& p) {
    return p.real("steps") * p.real("rates") * p.real("layers") * static_cast<double>(methods_of(p).size());
  };
  experiment.check = [](const Parameters& p) -> std::string {
    if (std::string why = tasks::problem(training_of(p).task); !why.empty()) return why;
    return train::heads_problem(p);
  };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
