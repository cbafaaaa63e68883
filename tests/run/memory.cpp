#include "core/run/memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

std::atomic<std::int64_t> in_use{0}, most_in_use{0};

// Needs `number` bytes, and records how many are needed at the same time.
const Experiment& hungry() {
  if (const Experiment* known = find_experiment("hungry")) return *known;
  Experiment experiment;
  experiment.name = "hungry";
  experiment.doc = "Counts the memory that trials say they need.";
  experiment.parameters = {integer("number", 0, "bytes")};
  experiment.memory = [](const Parameters& p) { return p.real("number"); };
  experiment.run = [](const Trial& trial, Result&) {
    const std::int64_t bytes = trial.params.integer("number");
    const std::int64_t now = in_use += bytes;
    std::int64_t most = most_in_use;
    while (now > most && !most_in_use.compare_exchange_weak(most, now)) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    in_use -= bytes;
  };
  return register_experiment(experiment);
}

RunOutcome run(const Scratch& scratch, const Sweep& sweep, std::uint64_t memory) {
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options;
  options.jobs = 4;
  options.memory = memory;
  options.directory = scratch.path;
  return run_trials(sweep, store, options, never);
}

}  // namespace

TEST_CASE("sizes of memory") {
  CHECK(parse_memory("1") == 1);
  CHECK(parse_memory("800M") == 800ull << 20);
  CHECK(parse_memory("8G") == 8ull << 30);
  CHECK(parse_memory("2.5 GiB") == 5ull << 29);
  CHECK(parse_memory("1KB") == 1024);
  for (const char* text : {"", "0", "G", "-1G", "1X", "1GBs", "1e9999", "nan", "1 2G", "8 G B"}) {
    CAPTURE(text);
    CHECK(contains(message_of([&] { parse_memory(text); }), "expected a size such as"));
  }
  CHECK(memory_text(1536) == "1.5 KiB");
  CHECK(memory_text(10) == "10 bytes");
  CHECK(usable_memory() > 1 << 20);
}

TEST_CASE("no more trials run at a time than fit together") {
  const Scratch scratch;
  in_use = most_in_use = 0;
  const Sweep sweep = sweep_of(hungry(), "sweep:\n  number: {range: [1, 60, 1]}\n");
  CHECK(run(scratch, sweep, 100).progress.done == 60);
  CHECK(most_in_use <= 100);
  CHECK(most_in_use > 60);  // trials run side by side
}

TEST_CASE("a trial that would not fit is refused with its estimate, and the others run") {
  const Scratch scratch;
  const Sweep sweep = sweep_of(hungry(), "sweep:\n  number: [1000, 2048, 3000]\n");
  const Progress progress = run(scratch, sweep, 2000).progress;
  CHECK(progress.done == 1);
  CHECK(progress.failed == 2);
  const auto failures = Store(scratch.db(), Store::Mode::read).failures(10);
  REQUIRE(failures.size() == 2);
  CHECK(contains(failures[0].message + failures[1].message,
                 "not started: it needs about 2 KiB, and 1.95 KiB may be used"));
}
