#include "core/strategies/prune.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>

#include "core/run/scheduler.hpp"
#include "tests/support/checks.hpp"

namespace qklab {
namespace {

// The loss of racer x at a step: the larger x, the slower it decreases, but the lower it ends. The seed
// shifts it a little.
double loss_at(double x, std::int64_t seed, std::int64_t step) {
  return 10 - x + std::abs(static_cast<double>(step) - 3 * x) / 3 + 0.01 * static_cast<double>(seed);
}

// Records every 4 of 30 steps. x = 90 fails, 91 has no loss, 92 diverges.
const Experiment& racer() {
  if (const Experiment* known = find_experiment("racer")) return *known;
  Experiment experiment;
  experiment.name = "racer";
  experiment.parameters = {real("x", 0.0, ""), integer("steps", 30, "")};
  experiment.scalars = {{"last", "", "", ""}};
  experiment.series = {{"loss", "", "", "step"}, {"more.L", "", "", "step"}};
  experiment.stops = true;
  experiment.run = [](const Trial& trial, Result& result) {
    const double x = trial.params.real("x");
    if (x == 90) throw Error("ninety");
    if (x == 92) return result.diverged("far away");
    std::vector<double> step, loss;
    for (std::int64_t s = 0; s <= trial.params.integer("steps"); ++s) {
      if (s % 4 == 0) {
        step.push_back(static_cast<double>(s));
        loss.push_back(x == 91 ? std::nan("") : loss_at(x, trial.params.integer("seed"), s));
      }
      if (trial.stop_at() == static_cast<std::uint64_t>(s) && s < trial.params.integer("steps")) {
        result.series("loss", step, loss);
        return result.pruned(static_cast<std::uint64_t>(s));
      }
    }
    result.series("loss", step, loss);
    result.scalar("last", loss.back());
  };
  return register_experiment(experiment);
}

test::Reading read(const std::string& body, const std::string& preset = "fast") {
  racer();
  return test::read_config("name: t\nexperiment: racer\n" + body, {}, preset);
}

Sweep sweep_of(const std::string& body, const std::string& preset = "fast") {
  return test::sweep_of(read(body, preset));
}

class Memory {
 public:
  // Runs what is left, with at most `most` trials between two decisions.
  void complete(const Sweep& sweep, std::size_t most = 1000000) {
    const std::atomic<bool> stop{false};
    for (;;) {
      const Round round = selecting_strategy(sweep)->next_round(sweep, results(sweep));
      if (round.trials.empty()) return;
      std::size_t left = most;
      sweep.for_each([&](const TrialSpec& spec) {
        if (!round.trials.contains(spec.id)) return true;
        const Result result = run_trial(sweep.experiment(), spec, stop, nullptr, round.stop_at);
        done_[spec.id] = {spec.id,        spec.params,    result.status,
                          result.message, result.scalars, result.all_series};
        ++runs_;
        return --left > 0;
      });
    }
  }

  Results results(const Sweep& sweep) const {
    Results results;
    results.experiment = &sweep.experiment();
    for (const auto& [id, record] : done_) results.trials.push_back(record);
    return results;
  }

  // "done", or "stopped before step 10" and so on, by x.
  std::map<double, std::string> ends(const Sweep& sweep) const {
    std::map<double, std::string> ends;
    sweep.for_each([&](const TrialSpec& spec) {
      const TrialRecord& record = done_.at(spec.id);
      const bool stopped = record.status == Status::pruned;
      const std::string end = stopped ? record.message : std::string(name_of(record.status));
      const auto [place, is_new] = ends.emplace(spec.params.real("x"), end);
      if (!is_new) CHECK(place->second == end);  // all seeds of a point end alike
      return true;
    });
    return ends;
  }

  std::size_t runs() const { return runs_; }

 private:
  std::map<std::uint64_t, TrialRecord> done_;
  std::size_t runs_ = 0;
};

const std::string eight =
    "sweep: {x: [1, 2, 3, 4, 5, 6, 7, 8]}\nseeds: 2\nprune: {metric: loss, keep: 0.5, at: [10, 20]}\n";

// The x of the best `n`, computed from the formula. The last recorded step up to 10 is 8, and up to 20 is 20.
std::vector<double> best(std::vector<double> xs, std::size_t n, std::int64_t look) {
  std::stable_sort(xs.begin(), xs.end(), [&](double a, double b) {
    return loss_at(a, 0, look) + loss_at(a, 1, look) < loss_at(b, 0, look) + loss_at(b, 1, look);
  });
  xs.resize(n);
  return xs;
}

TEST_CASE("prune: the best half goes on at each rung, with all its seeds") {
  const Sweep sweep = sweep_of(eight);
  Memory memory;
  memory.complete(sweep);
  const std::vector<double> first = best({1, 2, 3, 4, 5, 6, 7, 8}, 4, 8), second = best(first, 2, 20);
  REQUIRE(first != best({1, 2, 3, 4, 5, 6, 7, 8}, 4, 28));  // unlike the best ones at the end
  const auto ends = memory.ends(sweep);
  REQUIRE(ends.size() == 8);
  for (const auto& [at, end] : ends) {
    const double x = at;
    CAPTURE(x);
    const bool once = std::find(first.begin(), first.end(), x) != first.end();
    const bool twice = std::find(second.begin(), second.end(), x) != second.end();
    CHECK(end == (twice ? "done" : once ? "stopped before step 20" : "stopped before step 10"));
  }
  CHECK(memory.runs() == 2 * (8 + 4 + 2));
}

TEST_CASE("prune: any interruption ends with the same") {
  const Sweep sweep = sweep_of(eight);
  Memory at_once;
  at_once.complete(sweep);
  for (const std::size_t most : {1u, 3u, 7u}) {
    Memory memory;
    memory.complete(sweep, most);
    CHECK(memory.ends(sweep) == at_once.ends(sweep));
    CHECK(memory.runs() == at_once.runs());
  }
}

TEST_CASE("prune: what failed, diverged or has no number comes last, and does not stop the others") {
  const Sweep sweep =
      sweep_of("sweep: {x: [90, 1, 91, 92, 8]}\nseeds: 2\nprune: {metric: loss, keep: 0.4, at: [30, 40]}\n");
  Memory memory;
  memory.complete(sweep);
  const auto ends = memory.ends(sweep);
  CHECK(ends.at(90) == "failed");
  CHECK(ends.at(92) == "diverged");
  CHECK(ends.at(91) == "done");  // a trial with fewer steps ends before any decision
  const Sweep early =
      sweep_of("sweep: {x: [90, 1, 91, 92, 8]}\nseeds: 2\nprune: {metric: loss, keep: 0.4, at: [12]}\n");
  Memory other;
  other.complete(early);
  CHECK(other.ends(early).at(1) == "done");
  CHECK(other.ends(early).at(8) == "done");
  CHECK(other.ends(early).at(91) == "stopped before step 12");
  CHECK(other.ends(early).at(92) == "diverged");
}

TEST_CASE("prune: a share is rounded up, of equal points the first are kept, and one always is") {
  const Sweep tenth = sweep_of(
      "params: {x: 1}\nsweep: {steps: {range: [31, 60, 1]}}\nprune: {metric: loss, keep: 0.1, at: [8]}\n");
  REQUIRE(tenth.ids().size() == 30);
  Memory memory;
  memory.complete(tenth);
  std::size_t done = 0, place = 0;
  const Results results = memory.results(tenth);
  tenth.for_each([&](const TrialSpec& spec) {
    for (const TrialRecord& record : results.trials)
      if (record.id == spec.id && record.status == Status::done) done += place < 3 ? 1 : 100;
    ++place;
    return true;
  });
  CHECK(done == 3);
  const Sweep single =
      sweep_of("sweep: {x: [1, 2]}\nprune: {metric: loss, keep: 0.001, at: [4], best: highest}\n");
  Memory other;
  other.complete(single);
  CHECK(other.ends(single).at(1) == "done");  // it has the higher loss at step 4
  CHECK(other.ends(single).at(2) == "stopped before step 4");
}

TEST_CASE("prune: what has been finished stays, and takes part in the choice") {
  Memory memory;
  memory.complete(sweep_of("sweep: {x: [1, 2, 3]}\nseeds: 2\nprune: {metric: loss, keep: 0.9, at: [29]}\n"));
  Memory alone;
  const Sweep sweep = sweep_of(eight);
  alone.complete(sweep);
  memory.complete(sweep);
  for (const auto& [at, end] : alone.ends(sweep)) {
    const double x = at;
    CAPTURE(x);
    CHECK(memory.ends(sweep).at(x) == (x <= 3 ? "done" : end));
  }
}

TEST_CASE("prune: a preset switches it off") {
  const std::string preset = eight + "presets: {paper: {prune: none}}\n";
  CHECK(find_strategy(sweep_of(preset), "prune"));
  CHECK_FALSE(find_strategy(sweep_of(preset, "paper"), "prune"));
}

TEST_CASE("prune: the step stands in the message") {
  Result result(racer());
  result.pruned(120);
  CHECK(result.status == Status::pruned);
  CHECK(pruned_at(result.message) == 120);
  for (const char* other : {"", "stopped", "stopped before step x", "stopped before step -1"})
    CHECK_FALSE(pruned_at(other));
}

TEST_CASE("prune: what is wrong is told with its place") {
  const auto expect = [](const std::string& prune, const std::string& place, const std::string& part,
                         const std::string& more = "") {
    CAPTURE(prune);
    test::check_refused(read("sweep: {x: [0, 1]}\nprune: " + prune + "\n" + more), place, part);
  };
  expect("{metric: los, keep: 0.5, at: [4]}", "4:8", "no series 'los' (did you mean 'loss'?)");
  expect("{metric: more.1, keep: 0.5, at: [4]}", "4:8", "there are loss");
  expect("{metric: loss, keep: 1, at: [4]}", "4:29", "between 0 and 1");
  expect("{metric: loss, keep: 0.5, at: [4, 4]}", "4:38", "each after the one before");
  expect("{metric: loss, keep: 0.5, at: [0]}", "4:38", "each after the one before");
  expect("{metric: loss, keep: 0.5, at: [four]}", "4:38", "each after the one before");
  expect("{metric: loss, keep: 0.5}", "4:8", "each after the one before");
  expect("{metric: loss, keep: 0.5, at: [4], best: lowst}", "4:49", "did you mean 'lowest'");
  expect("{metric: loss, keep: 0.5, at: [4], rungs: 3}", "4:43", "unknown key 'rungs'");
  expect("often", "4:8", "expected a map");
  expect("{metric: loss, keep: 0.5, at: [4]}", "4:8", "cannot be pruned",
         "seeds: {until: {metric: last, ci: 1, max: 8}}\n");
  Experiment plain = racer();
  plain.name = "plain";
  plain.parameters = {real("x", 0.0, "")};
  plain.stops = false;
  if (!find_experiment("plain")) register_experiment(plain);
  test::check_refused(
      test::read_config("name: t\nexperiment: plain\nprune: {metric: loss, keep: 0.5, at: [4]}\n"), "3:8",
      "prune: a trial of 'plain' cannot stop");
}

}  // namespace
}  // namespace qklab
