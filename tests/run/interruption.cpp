// A run ends with the same bytes, however it is interrupted.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "tests/support/puppet.hpp"

using namespace qklab;
using namespace qklab::test;
using namespace std::chrono_literals;

namespace {

// Slow and obvious: one trial after the other, nothing stored.
Results reference(const Sweep& sweep) {
  Results results;
  results.experiment = &sweep.experiment();
  for (const TrialSpec& spec : specs_of(sweep)) {
    const Result result = run_trial(sweep.experiment(), spec, never);
    results.trials.push_back({spec.id, spec.params, result.status, result.message, result.scalars,
                              result.all_series, result.members});
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

}  // namespace

TEST_CASE("results are the same, to the byte, for any number of jobs") {
  const Sweep sweep = walker_sweep(60);
  const std::string expected = reference_csv(sweep);
  for (const std::size_t jobs : {1u, 2u, 8u}) {
    CAPTURE(jobs);
    const Scratch scratch;
    const RunOutcome outcome = run(scratch, sweep, jobs);
    CHECK(outcome.progress.total == 120);
    CHECK(outcome.progress.finished() == 120);
    CHECK(outcome.progress.failed == 18);
    CHECK(outcome.progress.diverged == 8);  // 5, 16, 27, 49, twice each; 38 fails before it diverges
    CHECK(!outcome.interrupted);
    CHECK((csv_of(scratch, sweep) == expected));  // the brackets keep doctest from printing the long text
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
      // The stop comes when a trial begins, or before any has begun.
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
    CHECK(finished == 400);                       // no trial was run and stored twice
    CHECK((csv_of(scratch, sweep) == expected));  // the brackets keep doctest from printing the long text
  }
  MESSAGE(interruptions << " interruptions");
  CHECK(interruptions >= 30);
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
