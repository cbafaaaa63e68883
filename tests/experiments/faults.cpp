// Seeded faults: a program that computes something else than it says must see its claims fail. Each fault is
// an experiment of its own, registered here, that takes the place of the real one in the shipped config.
#include <algorithm>
#include <cmath>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/nn/untrained/untrained.hpp"
#include "core/theory/entropy_bound.hpp"
#include "tests/experiments/faults.hpp"

namespace qklab::testing {
namespace {

const std::vector<std::string> small_ranks = {"mean=0,1", "variance=0.01", "skip=false",      "length=64",
                                              "dim=64",   "depth=12",      "residual_scale=1"};

TEST_CASE("faults: without one, the claims used below hold") {
  auto ranks = outcomes_with("rank_collapse", "sound", unchanged("rank_collapse"), small_ranks);
  CHECK(ranks.at("C4_collapsed") == "holds");
  CHECK(ranks.at("C4_kept") == "holds");
  CHECK(ranks.at("C9_bound") == "holds");
  CHECK(outcomes_with("rank_collapse", "sound", unchanged("rank_collapse"),
                      {"mean=0", "dim=32", "length=32", "depth=12", "residual_scale=1", "norm=none",
                       "variance=0.01,0.1,1,10", "skip=false"})
            .at("C9") == "holds");
  const auto entropies = outcomes_with("entropy_collapse", "sound", unchanged("entropy_collapse"),
                                       {"mean=0", "dim=32", "length=64", "temperature=8"});
  for (const char* id : {"C5", "C8", "C8_rows"}) CHECK(entropies.at(id) == "holds");
}

TEST_CASE("faults: labels of the mean swapped, C4 fails") {
  const Runs swapped =
      mislabelled("rank_collapse", "mean", [](const Parameters& p) { return Value(1 - p.real("mean")); });
  const auto found = outcomes_with("rank_collapse", "swapped", swapped, small_ranks);
  CHECK(found.at("C4_collapsed") == "fails");
  CHECK(found.at("C4_kept") == "fails");
}

TEST_CASE("faults: a skip left in, C9 fails") {
  const Runs skipping = mislabelled("rank_collapse", "skip", [](const Parameters&) { return Value(true); });
  CHECK(outcomes_with("rank_collapse", "skipping", skipping,
                      {"mean=0", "dim=32", "length=32", "depth=12", "residual_scale=1", "norm=none",
                       "variance=0.01,0.1,1,10", "skip=false"})
            .at("C9") == "fails");
}

TEST_CASE("faults: labels of the variance reversed, C5 fails") {
  const Runs reversed = mislabelled("entropy_collapse", "variance",
                                    [](const Parameters& p) { return Value(1 / p.real("variance")); });
  CHECK(outcomes_with("entropy_collapse", "reversed", reversed,
                      {"mean=0", "dim=32", "length=64", "temperature=8"})
            .at("C5") == "fails");
}

// As the real experiment, but softmax sees twice the logits that the bounds are of.
void run_doubled(const Trial& trial, Result& result) {
  const Parameters& p = trial.params;
  const Matrix tokens =
      nn::draw_tokens("normalized", p.count("length"), p.count("dim"), trial.stream("tokens"));
  const Matrix qk =
      symmetric_matrix(p.count("dim"), {p.real("mean"), p.real("variance")}, trial.stream("qk"));
  const Matrix logits = attention_logits(tokens, qk, p.real("temperature"));
  const Vector entropy = row_entropy(softmax_rows(2 * logits));
  double slack = 1e300;
  for (std::size_t q = 0; q < entropy.size(); ++q) {
    const auto row = xt::view(logits, q, xt::all());
    const double norm = std::sqrt(xt::sum(xt::square(row - xt::mean(row)()))());
    slack = std::min(slack, entropy(q) - entropy_bound(norm, entropy.size()));
  }
  result.scalar("row_bound_slack", slack);
}

TEST_CASE("faults: logits scaled by 2, the bound on entropy is violated") {
  CHECK(outcomes_with("entropy_collapse", "doubled", run_doubled,
                      {"mean=0", "dim=32", "length=64", "temperature=8"})
            .at("C8_rows") == "fails");
}

// As the real experiment, but attention sees twice the scores that its theory is of: the theory is that of the trial
// as it is said to be.
Runs scores_doubled(const std::string& experiment, const std::string& parameter,
                    const std::function<Value(const Parameters&)>& doubled,
                    const std::function<void(const Experiment&, const Result& said, Result&)>& keep) {
  return [=](const Trial& trial, Result& result) {
    const Experiment& real = *find_experiment(experiment);
    Result said(real);
    real.run(trial, said);
    mislabelled(experiment, parameter, doubled)(trial, result);
    keep(real, said, result);
  };
}

TEST_CASE("faults: scores scaled by 2, Monte Carlo leaves the theory of propagation, C3") {
  const std::vector<std::string> point = {"mean=0", "variance=0.01"};
  CHECK(outcomes_with("localization", "sound", unchanged("localization"), point).at("C3") == "holds");
  const Runs doubled = scores_doubled(
      "localization", "temperature", [](const Parameters& p) { return Value(p.real("temperature") / 2); },
      [](const Experiment& real, const Result& said, Result& result) {
        const std::size_t theory = slot(real.series, real.series_metric("support_theory"));
        result.all_series[theory] = said.all_series[theory];
      });
  CHECK(outcomes_with("localization", "doubled", doubled, point).at("C3") == "fails");
}

TEST_CASE("faults: scores scaled by 2, the edge of attention's bulk leaves its theory, bulk_edge") {
  const std::vector<std::string> point = {"length=128", "variance=0.1", "removed=false",
                                          "logits=independent"};
  CHECK(outcomes_with("mind_the_gap", "sound", unchanged("mind_the_gap"), point).at("bulk_edge") == "holds");
  const Runs doubled = scores_doubled(
      "mind_the_gap", "variance", [](const Parameters& p) { return Value(4 * p.real("variance")); },
      [](const Experiment& real, const Result& said, Result& result) {
        const auto at = [&](const char* name) { return slot(real.scalars, real.scalar_metric(name)); };
        result.scalars[at("edge_ratio")] = result.scalars[at("edge")] / said.scalars[at("edge_theory")];
      });
  CHECK(outcomes_with("mind_the_gap", "doubled", doubled, point).at("bulk_edge") == "fails");
}

// Copying from one initial spectrum: eight short trainings.
const std::vector<std::string> one_copy = {"task=copy",     "skip=true",          "layers=2", "norm=pre",
                                           "init.mean=0.5", "init.variance=0.01", "length=8", "steps=200"};

TEST_CASE("faults: without one, copying is learned from a small variance, C6") {
  CHECK(outcomes_of("fig_trainability", "training", "sound", unchanged("training"), one_copy).at("C6_copy") ==
        "holds");
}

TEST_CASE("faults: labels shuffled, C6 fails") {
  const Runs shuffled =
      mislabelled("training", "labels", [](const Parameters&) { return Value(std::string("shuffled")); });
  CHECK(outcomes_of("fig_trainability", "training", "shuffled", shuffled, one_copy).at("C6_copy") == "fails");
}

TEST_CASE("faults: attention frozen at uniform, C6 fails") {
  const Runs frozen =
      mislabelled("training", "attention", [](const Parameters&) { return Value(std::string("uniform")); });
  CHECK(outcomes_of("fig_trainability", "training", "frozen", frozen, one_copy).at("C6_copy") == "fails");
}

// What is measured with other parameters, beside the theory of those that the trial names.
Runs measured_elsewhere(const std::string& experiment, const std::string& parameter,
                        const std::function<Value(const Parameters&)>& actual) {
  return [=](const Trial& trial, Result& result) {
    const Experiment& real = *find_experiment(experiment);
    const std::atomic<bool> stop{false};
    Parameters params = trial.params;
    params.set(*params.schema().find(parameter), actual(trial.params));
    Result measured(real), theory(real);
    real.run(Trial(params, trial.id, stop), measured);
    real.run(trial, theory);
    const auto is_theory = [](const std::string& name) { return name.ends_with("_theory"); };
    const auto number = [&](const std::string& name) {
      return (is_theory(name) ? theory : measured)
          .scalars[static_cast<std::size_t>(real.scalar_metric(name) - real.scalars.data())];
    };
    for (const Metric& metric : real.scalars)
      if (!metric.name.ends_with("_deviation")) result.scalar(metric.name, number(metric.name));
    if (real.scalar_metric("entropy_deviation")) {
      result.scalar("entropy_deviation",
                    (number("entropy") - number("entropy_theory")) / std::log(trial.params.real("length")));
      result.scalar("self_weight_deviation", number("self_weight") - number("self_weight_theory"));
    }
    for (std::size_t i = 0; i < real.series.size(); ++i) {
      const Series& from = (is_theory(real.series[i].name) ? theory : measured).all_series[i];
      if (!from.value.empty()) result.series(real.series[i].name, from.index, from.value);
    }
  };
}

const std::vector<std::string> one_entropy = {
    "mean=1", "length=64", "dim=64", "temperature=8", "variance=0.01,0.1,1,10,100", "seeds=32"};
const std::vector<std::string> one_rank = {"skip=false", "length=64",        "dim=64",        "depth=12",
                                           "norm=pre",   "residual_scale=1", "variance=0.01", "mean=1"};

TEST_CASE("faults: without one, entropy and residual agree with theory") {
  const auto entropies =
      outcomes_with("entropy_collapse", "theory", unchanged("entropy_collapse"), one_entropy);
  CHECK(entropies.at("theory_plane") == "holds");
  const auto ranks = outcomes_with("rank_collapse", "theory", unchanged("rank_collapse"), one_rank);
  CHECK(ranks.at("theory_layer_1") == "holds");
}

TEST_CASE("faults: scores scaled by 2, mean dropped or variance mislabelled, entropy departs from theory") {
  const Runs scaled = measured_elsewhere("entropy_collapse", "temperature", [](const Parameters& p) {
    return Value(p.real("temperature") / 2);
  });
  const Runs dropped =
      measured_elsewhere("entropy_collapse", "mean", [](const Parameters&) { return Value(0.0); });
  const Runs reversed = measured_elsewhere("entropy_collapse", "variance",
                                           [](const Parameters& p) { return Value(1 / p.real("variance")); });
  CHECK(outcomes_with("entropy_collapse", "scaled", scaled, one_entropy).at("theory_plane") == "fails");
  CHECK(outcomes_with("entropy_collapse", "dropped", dropped, one_entropy).at("theory_plane") == "fails");
  CHECK(outcomes_with("entropy_collapse", "relabelled", reversed, one_entropy).at("theory_plane") == "fails");
}

TEST_CASE("faults: mean dropped, the residual departs from theory") {
  const Runs dropped =
      measured_elsewhere("rank_collapse", "mean", [](const Parameters&) { return Value(0.0); });
  const auto found = outcomes_with("rank_collapse", "dropped", dropped, one_rank);
  CHECK(found.at("theory_layer_1") == "fails");
  CHECK(found.at("theory_layer_12") == "fails");
}

}  // namespace
}  // namespace qklab::testing
