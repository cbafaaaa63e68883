// Shared by the tests of store, scheduler and CSV: a temporary folder, and an experiment that does everything
// that an experiment may do.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

#include "core/config/config.hpp"
#include "core/export/csv.hpp"
#include "core/run/scheduler.hpp"
#include "core/store/store.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"

namespace qklab::test {

struct Scratch : TemporaryFolder {
  std::string db() const { return path + "/run.db"; }
};

// Limits the size of files to `bytes` while it exists: this behaves like a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

inline const std::atomic<bool> never{false};  // a stop request that never comes

// Called when a trial begins, if a test has set it.
inline std::function<void()> on_walk;

// One of every 7 trials fails, and one of every 11 diverges; inner loops are nested.
inline void run_walker(const Trial& trial, Result& result) {
  if (on_walk) on_walk();
  const std::int64_t number = trial.params.integer("number");
  const std::size_t length = trial.params.count("length");
  Stream stream = trial.stream("walk");
  std::vector<double> walk(length), squares(length);
  for (std::size_t i = 0; i < length; ++i) walk[i] = (i > 0 ? walk[i - 1] : 0) + stream.normal();
  trial.parallel_for(length, [&](std::size_t i) {
    double parts[4];
    trial.parallel_for(4, [&](std::size_t part) { parts[part] = walk[i] * static_cast<double>(part); });
    squares[i] = parts[0] + parts[1] + parts[2] + parts[3];
  });
  double sum = 0;
  for (const double each : squares) sum += each;
  result.scalar("sum", sum);
  if (number % 2 == 0)
    result.scalar("even", number % 4 == 0 ? std::numeric_limits<double>::infinity() : -0.0);
  if (number % 7 == 3) throw std::runtime_error("number " + std::to_string(number) + " is not liked");
  result.series("walk", walk);
  if (number % 11 == 5) return result.diverged("the walk went too far");
  result.series("squares", std::vector<double>(walk.size(), 1e5 * static_cast<double>(number)), squares);
  if (number % 10 == 0) result.array("grid", {1, length}, walk);
}

inline Experiment make_walker() {
  Experiment walker;
  walker.name = "walker";
  walker.doc = "Does everything that an experiment may do.";
  walker.parameters = {integer("number", 0, "tells trials apart"), integer("length", 3, "of the series"),
                       real("scale", 1, "a number").nonfinite_allowed(), text("label", "", "any text"),
                       boolean("flag", false, "a flag")};
  walker.scalars = {{"sum", "", "of the squares", ""}, {"even", "", "set where the number is even", ""}};
  walker.series = {{"walk", "", "a random walk", "position"},
                   {"squares", "", "with an index of its own", "step"}};
  walker.arrays = {{"grid", "", "the walk as an array", "row, position"}};
  walker.run = run_walker;
  return walker;
}

inline const Experiment& walker() {
  const Experiment* known = find_experiment("walker");
  return known ? *known : register_experiment(make_walker());
}

// `body` is the config without its name and experiment.
inline Sweep sweep_of(const Experiment& experiment, const std::string& body) {
  ConfigSource source;
  source.file = "test.yaml";
  source.text = "name: test\nexperiment: " + experiment.name + "\n" + body;
  Diagnostics diagnostics;
  Config config = parse_config(source, diagnostics);
  diagnostics.throw_if_any();
  return config.sweep;
}

// A sweep with two trials for each number.
inline Sweep walker_sweep(int numbers) {
  return sweep_of(walker(), "sweep:\n  number: {range: [0, " + std::to_string(numbers - 1) +
                                ", 1]}\n  label: [plain, 'comma, \"quote\"']\n");
}

inline std::vector<TrialSpec> specs_of(const Sweep& sweep) {
  std::vector<TrialSpec> specs;
  sweep.for_each([&](const TrialSpec& spec) {
    specs.push_back(spec);
    return true;
  });
  return specs;
}

inline Store::Finished finished(const TrialSpec& spec, Status status = Status::done,
                                std::string message = "") {
  Store::Finished finished{spec, Result(walker())};
  finished.result.status = status;
  finished.result.message = std::move(message);
  return finished;
}

// Fills a store with the trials of `sweep`, each with one scalar.
inline void fill(const Scratch& scratch, const Sweep& sweep) {
  Store store(scratch.db(), Store::Mode::write);
  std::vector<Store::Finished> batch;
  for (const TrialSpec& spec : specs_of(sweep)) {
    batch.push_back(finished(spec));
    batch.back().result.scalar("sum", 1);
  }
  store.put(walker(), batch);
}

// The text of both CSVs of a run directory.
inline std::string csv_of(const Scratch& scratch, const Sweep& sweep) {
  const Store store(scratch.db(), Store::Mode::read);
  export_csv(store, sweep, scratch.path);
  return read_file(scratch.path + "/trials.csv") + read_file(scratch.path + "/series.csv");
}

inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace qklab::test
