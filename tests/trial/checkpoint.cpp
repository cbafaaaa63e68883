// The state of a long trial between runs.
#include "core/trial/checkpoint.hpp"
#include "core/run/left_checkpoints.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

int begun_anew = 0;
std::atomic<bool> stop{false};

// Counts to 10 and saves at each number. It is asked to stop at 6, once.
Experiment make_counter() {
  Experiment counter;
  counter.name = "counter";
  counter.parameters = {boolean("fails", false, "")};
  counter.scalars = {{"sum", "", "", ""}};
  counter.run = [](const Trial& trial, Result& result) {
    const auto saved = trial.saved();
    begun_anew += !saved;
    int number = saved ? std::stoi(saved->substr(0, saved->find(' '))) : 0;
    int sum = saved ? std::stoi(saved->substr(saved->find(' '))) : 0;
    while (number < 10) {
      trial.check();
      sum += ++number;
      if (trial.save_due()) trial.save(std::to_string(number) + " " + std::to_string(sum));
      if (number == 6 && !saved && !stop) {
        stop = true;
        for (;;) trial.check();  // until the request arrives
      }
    }
    if (trial.params.flag("fails")) throw Error("as told");
    result.scalar("sum", sum);
  };
  return counter;
}

const Experiment& counter() {
  const Experiment* known = find_experiment("counter");
  return known ? *known : register_experiment(make_counter());
}

RunOptions often(const Scratch& scratch) {
  RunOptions options;
  options.directory = scratch.path;
  options.checkpoint_every = std::chrono::milliseconds(0);
  options.jobs = 1;
  return options;
}

bool any_checkpoint(const Scratch& scratch) {
  const std::filesystem::path folder = scratch.path + "/checkpoints";
  return std::filesystem::exists(folder) && !std::filesystem::is_empty(folder);
}

}  // namespace

TEST_CASE("checkpoint: what was saved last is read; nothing before, nothing where it is damaged") {
  const Scratch scratch;
  Checkpoint checkpoint(scratch.path, 7, std::chrono::milliseconds(0));
  CHECK_FALSE(checkpoint.load());
  CHECK_FALSE(checkpoint.used());
  checkpoint.save("first");
  checkpoint.save(std::string("a\0b", 3));
  CHECK(checkpoint.load() == std::string("a\0b", 3));
  CHECK(Checkpoint(scratch.path, 7, std::chrono::hours(1)).load() == std::string("a\0b", 3));
  CHECK_FALSE(Checkpoint(scratch.path, 8, std::chrono::hours(1)).load());

  const std::string all = read_file(checkpoint.path());
  for (const std::string& damaged :
       {std::string(), all.substr(0, 5), all.substr(0, all.size() - 1), all + "x"}) {
    write_file(checkpoint.path(), damaged);
    CHECK_FALSE(checkpoint.load());
  }
}

TEST_CASE("checkpoint: due once its interval has passed") {
  const Scratch scratch;
  CHECK(Checkpoint(scratch.path, 7, std::chrono::milliseconds(0)).due());
  CHECK_FALSE(Checkpoint(scratch.path, 7, std::chrono::hours(1)).due());
}

TEST_CASE("checkpoint: a state that takes long to save is saved less often") {
  const Scratch scratch;
  Checkpoint checkpoint(scratch.path, 7, std::chrono::milliseconds(1));
  const auto begin = std::chrono::steady_clock::now();
  checkpoint.save(std::string(32 << 20, 'x'));
  const auto took = std::chrono::steady_clock::now() - begin;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  CHECK(std::chrono::steady_clock::now() - begin - took < 20 * took);  // or the next line says nothing
  CHECK_FALSE(checkpoint.due());
  checkpoint.save("x");
  for (int i = 0; i < 6000 && !checkpoint.due(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(checkpoint.due());
}

TEST_CASE("checkpoint: a stopped trial goes on from where it was, and its file goes once it is stored") {
  for (const char* fails : {"false", "true"}) {
    const Scratch scratch;
    const Sweep sweep = sweep_of(counter(), std::string("params: {fails: ") + fails + "}\n");
    Store store(scratch.db(), Store::Mode::write);
    begun_anew = 0;
    stop = false;
    CHECK(run_trials(sweep, store, often(scratch), stop).interrupted);
    CHECK(any_checkpoint(scratch));
    stop = false;
    CHECK_FALSE(run_trials(sweep, store, often(scratch), stop).interrupted);
    CHECK(begun_anew == 1);
    CHECK_FALSE(any_checkpoint(scratch));
    const Results results = store.load(sweep, {});
    REQUIRE(results.trials.size() == 1);
    if (std::string(fails) == "false") CHECK(results.trials[0].scalars[0] == 55);
    // A finished trial that is run again begins at the start.
    stop = false;
    RunOptions again = often(scratch);
    again.rerun = Rerun::all;
    run_trials(sweep, store, again, stop);
    CHECK(begun_anew == 2);
  }
}

TEST_CASE(
    "checkpoint: what a killed run left of stored trials is removed, and what others go on from is not") {
  const Scratch scratch;
  const Sweep sweep = sweep_of(counter(), "params: {fails: false}\n");
  const auto checkpoint_of = [&](std::uint64_t id) {
    return Checkpoint(scratch.path, id, std::chrono::milliseconds(0));
  };
  Store store(scratch.db(), Store::Mode::write);
  stop = true;  // the trial does not check it
  run_trials(sweep, store, often(scratch), never);
  const std::uint64_t stored = sweep.ids().at(0), other = stored + 1;
  checkpoint_of(stored).save("left");
  checkpoint_of(other).save("in use");
  write_file(checkpoint_of(other).path() + ".part", "half of a st");
  begun_anew = 0;
  remove_left_checkpoints(scratch.path, store);
  RunOptions again = often(scratch);
  run_trials(sweep, store, again, never);
  CHECK_FALSE(checkpoint_of(stored).load());
  CHECK(checkpoint_of(other).load() == "in use");
  CHECK_FALSE(std::filesystem::exists(checkpoint_of(other).path() + ".part"));

  checkpoint_of(stored).save("left");
  remove_left_checkpoints(scratch.path, store);
  again.rerun = Rerun::all;
  run_trials(sweep, store, again, never);
  CHECK(begun_anew == 1);
}

TEST_CASE("checkpoint: without a directory, or where none can be written, trials run without") {
  const Scratch scratch;
  const Sweep sweep = sweep_of(counter(), "params: {fails: false}\n");
  write_file(scratch.path + "/checkpoints", "a file where the folder would be");
  for (const std::string& directory : {std::string(), scratch.path}) {
    const Scratch other;
    Store store(other.db(), Store::Mode::write);
    RunOptions options = often(scratch);
    options.directory = directory;
    stop = false;
    begun_anew = 0;
    run_trials(sweep, store, options, stop);
    run_trials(sweep, store, options, never);
    CHECK(store.load(sweep, {}).trials.at(0).scalars[0] == 55);
    CHECK(begun_anew == 2);
  }
}
