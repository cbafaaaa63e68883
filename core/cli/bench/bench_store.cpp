// The cost of the framework itself: starting, an empty trial with stored results, opening a large store.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/error.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/run/scheduler.hpp"
#include "core/store/store.hpp"
#include "core/system/temporary_folder.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

Sweep no_op_sweep(std::int64_t trials) {
  if (!find_experiment("no_op")) {
    Experiment experiment;
    experiment.name = "no_op";
    experiment.doc = "Does nothing, to measure what the framework costs.";
    experiment.parameters = {integer("index", 0, "tells trials apart")};
    experiment.scalars = {{"value", "", "the parameter", ""}};
    experiment.run = [](const Trial& trial, Result& result) {
      result.scalar("value", trial.params.real("index"));
    };
    register_experiment(std::move(experiment));
  }
  return sweep_of(
      fmt::format("name: no_op\nexperiment: no_op\nsweep: {{index: {{range: [1, {}, 1]}}}}\n", trials));
}

Measurement in_seconds(std::string name, const std::vector<double>& seconds, std::string_view what) {
  const Spread s = spread(seconds);
  return {std::move(name), to_text(s, "s") + " " + std::string(what), {{"seconds", list(s)}}};
}

}  // namespace

std::vector<Measurement> bench_startup() {
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  std::vector<double> ms;
  for (int i = 0; i < 21; ++i) {
    ms.push_back(1e3 * seconds_of([&] {
                   std::fflush(stdout);  // otherwise the child writes it again
                   const pid_t child = fork();
                   if (child == 0) {
                     if (!freopen("/dev/null", "w", stdout)) _exit(127);
                     execl(self.c_str(), "qklab", "--version", nullptr);
                     _exit(127);
                   }
                   int status = 0;
                   waitpid(child, &status, 0);
                   if (status != 0) throw Error("--version failed");
                 }));
  }
  const Spread s = spread(ms);
  return {{"startup", to_text(s, "ms") + " for `qklab --version`", {{"ms", list(s)}}}};
}

double seconds_of_empty_sweep(std::int64_t trials) {
  const Sweep sweep = no_op_sweep(trials);
  const TemporaryFolder scratch;
  const std::atomic<bool> stop{false};
  RunOptions options;
  options.jobs = 1;
  options.directory = scratch.path;
  return seconds_of([&] {
    Store store(scratch.path + "/run.db", Store::Mode::write);
    if (static_cast<std::int64_t>(run_trials(sweep, store, options, stop).progress.done) != trials)
      throw Error("trials are missing");
  });
}

std::vector<Measurement> bench_sweep() {
  constexpr std::int64_t trials = 100000;
  std::vector<double> us;
  for (int round = 0; round < 5; ++round) us.push_back(1e6 / trials * seconds_of_empty_sweep(trials));
  const Spread s = spread(us);
  return {{"sweep",
           to_text(s, "us") + fmt::format(" a trial, {} trials that do nothing, stored", trials),
           {{"trials", trials}, {"us_per_trial", list(s)}}}};
}

std::vector<Measurement> bench_reopen() {
  constexpr std::int64_t trials = 1000000;
  const Sweep sweep = no_op_sweep(trials);
  const TemporaryFolder scratch;
  const std::string path = scratch.path + "/run.db";
  const std::atomic<bool> stop{false};
  RunOptions options;
  options.directory = scratch.path;
  {
    Store store(path, Store::Mode::write);
    run_trials(sweep, store, options, stop);
  }
  std::vector<double> open, status, resume;
  for (int round = 0; round < 5; ++round) {
    open.push_back(seconds_of([&] { const Store store(path, Store::Mode::read); }));
    status.push_back(seconds_of([&] {
      const Store store(path, Store::Mode::read);
      if (store.counts().done != trials) throw Error("trials are missing");
    }));
    resume.push_back(seconds_of([&] {
      Store store(path, Store::Mode::write);
      if (run_trials(sweep, store, options, stop).progress.total != 0) throw Error("a trial ran twice");
    }));
  }
  return {in_seconds("reopen", open, "to open a store of 10^6 trials"),
          in_seconds("reopen/status", status, "to open it and count what is done"),
          in_seconds("reopen/resume", resume, "to find that nothing is left to run")};
}

}  // namespace qklab
