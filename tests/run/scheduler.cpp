#include "core/run/scheduler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "tests/support/puppet.hpp"

using namespace qklab;
using namespace qklab::test;
using namespace std::chrono_literals;

TEST_CASE("the longest are begun first, and what is left is said by cost") {
  const Scratch scratch;
  const Sweep sweep = puppet_sweep(20);
  std::vector<std::int64_t> begun;
  behaviour = [&](const Trial& trial, Result&) { begun.push_back(trial.params.integer("number")); };
  const RunOutcome outcome = run(scratch, sweep, 1);
  CHECK(begun.size() == 20);
  CHECK(std::is_sorted(begun.rbegin(), begun.rend()));
  CHECK(outcome.progress.work == 210);
  CHECK(outcome.progress.work_done == 210);
  CHECK(outcome.progress.eta_seconds() == 0);

  Progress half;
  half.total = 4;
  half.done = 1;
  half.seconds = 3;
  half.work = 10;
  CHECK(std::isnan(half.eta_seconds()));
  half.work_done = 5;
  CHECK(half.eta_seconds() == 3);
  CHECK(half.rate() == 1.0 / 3);
}

TEST_CASE("what a trial throws becomes its message, and the others go on") {
  const Scratch scratch;
  const Sweep sweep = puppet_sweep(6);
  behaviour = [](const Trial& trial, Result& result) {
    result.scalar("value", 1);
    switch (trial.params.integer("number")) {
      case 1:
        throw std::runtime_error("plain");
      case 2:
        throw std::bad_alloc();
      case 3:
        throw 42;
      case 4:
        throw Cancelled{};
      case 5:
        return result.diverged("loss is nan");
    }
  };
  std::map<std::int64_t, std::string> told;
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options = in(scratch, 2);
  options.on_failure = [&](const TrialSpec& spec, const Result& result) {
    told[spec.params.integer("number")] = std::string(name_of(result.status)) + ": " + result.message;
  };
  const RunOutcome outcome = run_trials(sweep, store, options, never);
  CHECK(outcome.progress.done == 1);
  CHECK(outcome.progress.failed == 4);
  CHECK(outcome.progress.diverged == 1);
  CHECK(told ==
        std::map<std::int64_t, std::string>{{1, "failed: plain"},
                                            {2, "failed: std::bad_alloc"},
                                            {3, "failed: unknown exception"},
                                            {4, "failed: gave up as if asked to stop, though nobody asked"},
                                            {5, "diverged: loss is nan"}});
  const Results results = store.load(sweep, {});
  CHECK(std::isnan(results.trials[0].scalars[0]));  // nothing is kept of a failed trial
  CHECK(results.trials[4].scalars[0] == 1);         // everything is kept of a diverged one
}

TEST_CASE("finished trials run again only where that is asked for") {
  const Scratch scratch;
  const Sweep sweep = puppet_sweep(9);
  std::atomic<int> ran{0};
  behaviour = [&](const Trial& trial, Result& result) {
    ++ran;
    const std::int64_t number = trial.params.integer("number");
    if (number <= 2) throw std::runtime_error("no");
    if (number <= 5) result.diverged("no");
  };
  Store store(scratch.db(), Store::Mode::write);
  const auto ran_with = [&](Rerun rerun) {
    ran = 0;
    RunOptions options = in(scratch, 2);
    options.rerun = rerun;
    const RunOutcome outcome = run_trials(sweep, store, options, never);
    CHECK(outcome.progress.total == static_cast<std::uint64_t>(ran));
    CHECK(outcome.progress.resumed == 9 - outcome.progress.total);
    return ran.load();
  };
  // The first call runs everything.
  CHECK(ran_with(Rerun::none) == 9);
  CHECK(ran_with(Rerun::none) == 0);
  CHECK(ran_with(Rerun::failed) == 2);
  CHECK(ran_with(Rerun::diverged) == 3);
  CHECK(ran_with(Rerun::all) == 9);
  CHECK(store.statuses().size() == 9);
}

TEST_CASE("fail-fast stops at the first failure, and the rest is run by the next call") {
  const Scratch scratch;
  const Sweep sweep = puppet_sweep(200);
  behaviour = [](const Trial& trial, Result&) {
    for (int i = 0; i < 10; ++i) {
      trial.check();
      std::this_thread::sleep_for(1ms);
    }
    if (trial.params.integer("number") == 195) throw std::runtime_error("no");
  };
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options = in(scratch, 2);
  options.fail_fast = true;
  const RunOutcome outcome = run_trials(sweep, store, options, never);
  CHECK(outcome.progress.failed == 1);
  CHECK(outcome.progress.finished() >= 5);
  CHECK(outcome.progress.finished() < 60);
  CHECK(!outcome.interrupted);
  behaviour = [](const Trial&, Result&) {};
  CHECK(run_trials(sweep, store, in(scratch, 2), never).progress.total == 200 - outcome.progress.finished());
}

TEST_CASE("with one job at a time fail-fast runs no trial after one that fails at once") {
  const Scratch scratch;
  behaviour = [](const Trial& trial, Result&) {
    if (trial.params.integer("number") <= 197) throw std::runtime_error("no");
  };
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options = in(scratch, 1);
  options.fail_fast = true;
  const RunOutcome outcome = run_trials(puppet_sweep(200), store, options, never);
  CHECK(outcome.progress.done == 3);
  CHECK(outcome.progress.failed == 1);
  CHECK(store.counts().failed == 1);
}

TEST_CASE("trials that tell how far they are are reported while they run, and their share counts as work") {
  const Scratch scratch;
  std::atomic<bool> seen{false};
  behaviour = [&seen](const Trial& trial, Result&) {
    if (trial.params.integer("number") == 1) return;  // the shorter trial reports nothing
    trial.progress(30, 100);                          // continued from here
    trial.progress(65, 100);
    while (!seen) std::this_thread::sleep_for(1ms);
  };
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options = in(scratch, 1);
  options.on_progress = [&](const Progress& progress) {
    if (progress.running.empty() || seen) return;
    REQUIRE(progress.running.size() == 1);
    CHECK(progress.running[0].step == 65);
    CHECK(progress.running[0].of == 100);
    CHECK(progress.running[0].share() == 0.65);
    CHECK(progress.work == doctest::Approx(1 + 2 * 0.7));
    CHECK(progress.work_done == doctest::Approx(2 * 0.35));
    // As long again for the other half of the steps, and the shorter trial by the pace of this one. The trial began
    // somewhat later than the run.
    CHECK(progress.left > 0);
    CHECK(progress.eta_seconds() == progress.left);
    CHECK(progress.left <= progress.seconds * (1 + 1 / 0.7) + 0.1);
    seen = true;
  };
  const RunOutcome outcome = run_trials(puppet_sweep(2), store, options, never);
  CHECK(seen);
  CHECK(outcome.progress.running.empty());
  CHECK(outcome.progress.work == 3);
  CHECK(outcome.progress.work_done == 3);
}

TEST_CASE("callbacks come from the calling thread, and their exceptions reach the caller") {
  const Scratch scratch;
  std::set<std::thread::id> threads;
  std::uint64_t last = 0;
  behaviour = [](const Trial& trial, Result&) {
    std::this_thread::sleep_for(3ms);
    if (trial.params.integer("number") % 2 == 0) throw std::runtime_error("no");
  };
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options = in(scratch, 2);
  int failures = 0, reports = 0;
  options.on_failure = [&](const TrialSpec&, const Result&) {
    threads.insert(std::this_thread::get_id());
    ++failures;
  };
  options.on_progress = [&](const Progress& progress) {
    threads.insert(std::this_thread::get_id());
    CHECK(progress.finished() >= last);
    last = progress.finished();
    ++reports;
  };
  run_trials(puppet_sweep(100), store, options, never);
  CHECK(threads == std::set<std::thread::id>{std::this_thread::get_id()});
  CHECK(failures == 50);
  CHECK(reports >= 2);
  CHECK(last == 100);
  options.on_progress = nullptr;
  options.rerun = Rerun::all;
  options.on_failure = [](const TrialSpec&, const Result&) { throw Error("enough"); };
  CHECK(message_of([&] { run_trials(puppet_sweep(100), store, options, never); }) == "enough");
  CHECK(store.statuses().size() == 100);
}
