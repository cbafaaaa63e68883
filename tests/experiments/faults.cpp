// Seeded faults: a program that computes something else than it says must see its claims fail. Each fault is
// an experiment of its own, registered here, that takes the place of the real one in the shipped config.
#include <algorithm>
#include <cmath>
#include <functional>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/nn/untrained/untrained.hpp"
#include "core/system/file.hpp"
#include "core/theory/entropy_bound.hpp"
#include "tests/experiments/sweeps.hpp"
#include "tests/source_directory.hpp"

namespace qklab::testing {
namespace {

using Runs = std::function<void(const Trial&, Result&)>;

// The shipped config, run by a twin of its experiment that runs `run` instead.
std::map<std::string, std::string> outcomes_with(const std::string& experiment, const std::string& fault,
                                                 const Runs& run, const std::vector<std::string>& overrides) {
  const std::string name = experiment + "_" + fault;
  if (!find_experiment(name)) {
    const Experiment& real = *find_experiment(experiment);
    Experiment twin = real;
    twin.name = name;
    twin.parameters = Schema{};
    for (const Parameter& parameter : real.parameters)
      if (parameter.name != "seed") twin.parameters.add(parameter);
    twin.run = run;
    register_experiment(std::move(twin));
  }
  std::string text = read_file(source_directory() + "/configs/fig_" + experiment + ".yaml");
  const std::string line = "experiment: " + experiment + "\n";
  const auto at = text.find(line);
  REQUIRE(at != std::string::npos);
  text.replace(at, line.size(), "experiment: " + name + "\n");
  return outcomes(text, overrides);
}

// Runs the real experiment with a parameter other than the trial's label says.
Runs mislabelled(const std::string& experiment, const std::string& parameter,
                 const std::function<Value(const Parameters&)>& actual) {
  return [=](const Trial& trial, Result& result) {
    const std::atomic<bool> stop{false};
    Parameters params = trial.params;
    params.set(*params.schema().find(parameter), actual(trial.params));
    find_experiment(experiment)->run(Trial(params, trial.id, stop), result);
  };
}

Runs unchanged(const std::string& experiment) { return find_experiment(experiment)->run; }

const std::vector<std::string> small_ranks = {"mean=0,1", "variance=0.01", "skip=false"};

TEST_CASE("faults: without one, the claims used below hold") {
  auto ranks = outcomes_with("rank_collapse", "sound", unchanged("rank_collapse"), small_ranks);
  CHECK(ranks.at("C4_collapsed") == "holds");
  CHECK(ranks.at("C4_kept") == "holds");
  CHECK(ranks.at("C9_bound") == "holds");
  CHECK(outcomes_with("rank_collapse", "sound", unchanged("rank_collapse"), {"mean=0", "dim=32", "length=32"})
            .at("C9") == "holds");
  const auto entropies =
      outcomes_with("entropy_collapse", "sound", unchanged("entropy_collapse"), {"mean=0", "dim=32"});
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
  CHECK(outcomes_with("rank_collapse", "skipping", skipping, {"mean=0", "dim=32", "length=32"}).at("C9") ==
        "fails");
}

TEST_CASE("faults: labels of the variance reversed, C5 fails") {
  const Runs reversed = mislabelled("entropy_collapse", "variance",
                                    [](const Parameters& p) { return Value(1 / p.real("variance")); });
  CHECK(outcomes_with("entropy_collapse", "reversed", reversed, {"mean=0", "dim=32"}).at("C5") == "fails");
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
  CHECK(outcomes_with("entropy_collapse", "doubled", run_doubled, {"mean=0", "dim=32"}).at("C8_rows") ==
        "fails");
}

}  // namespace
}  // namespace qklab::testing
