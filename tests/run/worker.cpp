#include "core/run/worker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "tests/support/puppet.hpp"

using namespace qklab;
using namespace qklab::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

// Waits until `count` threads are here at the same time; false if they have not come within minutes, however
// busy the machine is.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  bool join() {
    --missing_;
    for (const auto end = std::chrono::steady_clock::now() + 180s; missing_ > 0;) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

 private:
  std::atomic<int> missing_;
};

}  // namespace

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
  for (const std::size_t n : {0u, 1u, 2u, 3u, 17u, 1000u}) {
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

TEST_CASE("an array that cannot be written ends the run, too") {
  const Scratch scratch;
  write_file(scratch.path + "/arrays", "in the way");
  Store store(scratch.db(), Store::Mode::write);
  const std::string message = message_of([&] { run_trials(walker_sweep(31), store, in(scratch, 1), never); });
  CAPTURE(message);
  CHECK(contains(message, scratch.path + "/arrays/"));
  CHECK(contains(message, " finished trials are safe"));
}
