#include "core/sweep/scheduler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/sweep/walker.hpp"

using namespace qklab;
using namespace qklab::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

const std::atomic<bool> never{false};

RunOptions in(const Scratch& scratch, std::size_t jobs) {
  RunOptions options;
  options.jobs = jobs;
  options.directory = scratch.path;
  return options;
}

RunOutcome run(const Scratch& scratch, const Sweep& sweep, std::size_t jobs,
               const std::atomic<bool>& stop = never) {
  Store store(scratch.db(), Store::Mode::write);
  return run_trials(sweep, store, in(scratch, jobs), stop);
}

// Slow and obvious: one trial after the other, nothing stored.
Results reference(const Sweep& sweep) {
  Results results;
  results.experiment = &sweep.experiment();
  for (const TrialSpec& spec : specs_of(sweep)) {
    const Result result = run_trial(sweep.experiment(), spec, never);
    results.trials.push_back(
        {spec.id, spec.params, result.status, result.message, result.scalars, result.all_series});
  }
  return results;
}

std::string reference_csv(const Sweep& sweep) {
  const Scratch scratch;
  const Results results = reference(sweep);
  write_trials_csv(scratch.path + "/trials.csv", results);
  write_series_csv(scratch.path + "/series.csv", results);
  return read_file(scratch.path + "/trials.csv") + read_file(scratch.path + "/series.csv");
}

// An experiment whose trials do what the test that is running says.
std::function<void(const Trial&, Result&)> behaviour;

const Experiment& puppet() {
  if (const Experiment* known = find_experiment("puppet")) return *known;
  Experiment puppet;
  puppet.name = "puppet";
  puppet.doc = "Does what a test says.";
  puppet.parameters = {integer("number", 0, "tells trials apart")};
  puppet.scalars = {{"value", "", "any", ""}};
  puppet.run = [](const Trial& trial, Result& result) { behaviour(trial, result); };
  puppet.cost = [](const Parameters& params) { return params.real("number"); };
  return register_experiment(puppet);
}

Sweep puppet_sweep(int numbers) {
  return sweep_of(puppet(), "sweep: {number: {range: [1, " + std::to_string(numbers) + ", 1]}}\n");
}

// Waits for `count` threads to be here at once; false where they have not come within ten seconds.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  bool join() {
    --missing_;
    for (const auto end = std::chrono::steady_clock::now() + 10s; missing_ > 0;) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

 private:
  std::atomic<int> missing_;
};

}  // namespace

TEST_CASE("results are the same, to the byte, for any number of jobs") {
  const Sweep sweep = walker_sweep(60);
  const std::string expected = reference_csv(sweep);
  for (const std::size_t jobs : {1, 2, 8}) {
    CAPTURE(jobs);
    const Scratch scratch;
    const RunOutcome outcome = run(scratch, sweep, jobs);
    CHECK(outcome.progress.total == 120);
    CHECK(outcome.progress.finished() == 120);
    CHECK(outcome.progress.failed == 18);
    CHECK(outcome.progress.diverged == 8);  // 5, 16, 27, 49, twice each; 38 fails before it can
    CHECK(!outcome.interrupted);
    CHECK((csv_of(scratch, sweep) == expected));  // in brackets: not printed, being long
  }
}

TEST_CASE("a sweep that was stopped any number of times ends as if it had not been") {
  const Sweep sweep = walker_sweep(200);
  const std::string expected = reference_csv(sweep);
  Stream stream(7, 0, "interruptions");
  int interruptions = 0;
  for (int round = 0; round < 15; ++round) {
    const Scratch scratch;
    std::uint64_t finished = 0;
    for (bool over = false; !over;) {
      // As a trial begins, or before any has.
      std::atomic<std::int64_t> left{static_cast<std::int64_t>(stream.below(150))};
      std::atomic<bool> stop{left == 0};
      on_walk = [&] {
        if (--left <= 0) stop = true;
      };
      const RunOutcome outcome = run(scratch, sweep, 1 + stream.below(8), stop);
      on_walk = nullptr;
      CHECK(!outcome.abandoned);
      finished += outcome.progress.finished();
      over = !outcome.interrupted;
      if (over) CHECK(outcome.progress.resumed + outcome.progress.finished() == 400);
      interruptions += outcome.interrupted ? 1 : 0;
    }
    CHECK(finished == 400);                       // none was run and stored twice
    CHECK((csv_of(scratch, sweep) == expected));  // in brackets: not printed, being long
  }
  MESSAGE(interruptions << " interruptions");
  CHECK(interruptions >= 30);
}

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
  CHECK(std::isnan(results.trials[0].scalars[0]));  // of a failed trial nothing is kept
  CHECK(results.trials[4].scalars[0] == 1);         // of a diverged one everything is
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
  // The first call of the chain runs everything.
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

TEST_CASE("as many trials run at once as there are jobs, cores or not") {
  const Scratch scratch;
  Meeting meeting(8);
  std::atomic<int> met{0};
  behaviour = [&](const Trial&, Result&) { met += meeting.join() ? 1 : 0; };
  run(scratch, puppet_sweep(8), 8);
  CHECK(met == 8);
}

TEST_CASE("idle workers help the loop of the last trial") {
  const Scratch scratch;
  Meeting meeting(3);
  std::atomic<int> met{0};
  behaviour = [&](const Trial& trial, Result&) {
    trial.parallel_for(3, [&](std::size_t) { met += meeting.join() ? 1 : 0; });
  };
  run(scratch, puppet_sweep(1), 3);
  CHECK(met == 3);
}

TEST_CASE("a trial that waits for its loop never runs another trial meanwhile") {
  const Scratch scratch;
  static thread_local int depth;
  std::atomic<int> deepest{0}, trials{0};
  behaviour = [&](const Trial& trial, Result&) {
    ++depth;
    if (depth > deepest) deepest = depth;
    ++trials;
    trial.parallel_for(
        16, [&](std::size_t i) { std::this_thread::sleep_for(std::chrono::microseconds(10 * i)); });
    --depth;
  };
  run(scratch, puppet_sweep(100), 8);
  CHECK(trials == 100);
  CHECK(deepest == 1);
}

TEST_CASE("nested loops visit every index once, and pass on what a body throws") {
  const TrialSpec spec = specs_of(puppet_sweep(1))[0];
  const Trial trial(spec.params, spec.id, never);
  for (const std::size_t n : {0, 1, 2, 3, 17, 1000}) {
    std::vector<std::atomic<int>> visits(n * 7);
    trial.parallel_for(
        n, [&](std::size_t i) { trial.parallel_for(7, [&](std::size_t j) { ++visits[7 * i + j]; }); });
    CHECK(std::all_of(visits.begin(), visits.end(), [](const auto& count) { return count == 1; }));
  }
  CHECK_THROWS_AS(trial.parallel_for(100,
                                     [](std::size_t i) {
                                       if (i == 57) throw Error("57");
                                     }),
                  Error);
  const std::atomic<bool> stop{true};
  std::atomic<int> visits{0};
  CHECK_THROWS_AS(Trial(spec.params, spec.id, stop).parallel_for(9, [&](std::size_t) { ++visits; }),
                  Cancelled);
  CHECK(visits == 0);
}

TEST_CASE("a trial that does not look at the stop request is left behind after the grace period") {
  const Scratch scratch;
  static std::atomic<bool> let_go;
  static std::atomic<int> inside, left;
  let_go = false;
  behaviour = [](const Trial& trial, Result&) {
    if (trial.params.integer("number") < 3) return;
    ++inside;
    while (!let_go) std::this_thread::sleep_for(1ms);
    ++left;
  };
  std::atomic<bool> stop{false};
  RunOutcome outcome;
  {
    Store store(scratch.db(), Store::Mode::write);
    RunOptions options = in(scratch, 2);
    options.grace = 50ms;
    options.on_progress = [&](const Progress&) { stop = inside > 0; };
    outcome = run_trials(puppet_sweep(3), store, options, stop);
  }
  CHECK(outcome.interrupted);
  CHECK(outcome.abandoned);
  let_go = true;
  while (left < inside) std::this_thread::sleep_for(1ms);
  behaviour = [](const Trial&, Result&) {};
  const RunOutcome rest = run(scratch, puppet_sweep(3), 2);
  CHECK(rest.progress.resumed == outcome.progress.finished());
  CHECK(rest.progress.finished() == 3 - outcome.progress.finished());
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

TEST_CASE("arrays are there before their trial is stored, and nothing half-written stays") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(31);
  run(scratch, sweep, 2);
  int arrays = 0;
  for (const TrialSpec& spec : specs_of(sweep)) {
    const std::int64_t number = spec.params.integer("number");
    const bool expected = number % 10 == 0 && number % 7 != 3;  // 10 fails
    CHECK(fs::exists(scratch.path + "/" + array_file(spec.id, "grid")) == expected);
    arrays += expected ? 1 : 0;
  }
  CHECK(arrays == 6);
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path))
    CHECK(entry.path().extension() != ".part");
}

TEST_CASE("a full disk ends the run with what is safe, and the same call goes on from there") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(2000);
  std::string message;
  std::uint64_t safe = 0;
  {
    Store store(scratch.db(), Store::Mode::write);
    const FileSizeLimit limit(300 << 10);
    message = message_of([&] { run_trials(sweep, store, in(scratch, 2), never); });
    const StoreCounts counts = store.counts();
    safe = counts.done + counts.failed + counts.diverged;
  }
  CAPTURE(message);
  CHECK(contains(message, "disk full while writing " + scratch.db()));
  CHECK(contains(message, ": " + std::to_string(safe) + " finished trials are safe"));
  const RunOutcome rest = run(scratch, sweep, 2);
  CHECK(rest.progress.resumed == safe);
  CHECK(rest.progress.finished() == 4000 - safe);
  CHECK((csv_of(scratch, sweep) == reference_csv(sweep)));
}

TEST_CASE("an array that cannot be written ends the run, too") {
  const Scratch scratch;
  write_file(scratch.path + "/arrays", "in the way");
  Store store(scratch.db(), Store::Mode::write);
  const std::string message = message_of([&] { run_trials(walker_sweep(31), store, in(scratch, 1), never); });
  CAPTURE(message);
  CHECK(contains(message, scratch.path + "/arrays/"));
  CHECK(contains(message, " finished trials are safe"));
}
