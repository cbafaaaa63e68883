// The results of a sweep in memory, loaded from a store or from CSV. Figures and claims read them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/results/csv.hpp"
#include "core/sweep/sweep.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

struct TrialRecord {
  std::uint64_t id = 0;
  Parameters params;
  Status status = Status::done;
  std::string message;
  std::vector<double> scalars;  // in the experiment's declared order, NaN if absent
  std::vector<Series> series;   // likewise; empty if absent or not loaded, and for families
  Members members = {};         // members of families, by name: those that were recorded and loaded
  double seconds = std::numeric_limits<double>::quiet_NaN();  // that it took; tables do not have it
};

// Trials in the sweep's order, without those that have not run.
struct Results {
  const Experiment* experiment = nullptr;
  std::vector<TrialRecord> trials;
  std::vector<std::string> loaded_series;  // names of the series that were requested
  // Of the sweep's trials that have not run, where somebody has asked for them: see find_not_run.
  std::vector<Parameters> not_run = {};
};

// Fills Results::not_run, with `most` at most.
void find_not_run(const Sweep& sweep, Results& results, std::size_t most);

// The value that a trial has recorded under a name. Throws Error if the experiment declares no such scalar or
// series.
double scalar_of(const Results& results, const TrialRecord& trial, std::string_view name);
const Series& series_of(const Results& results, const TrialRecord& trial, std::string_view name);

// Loads finished trials, including failed and diverged ones: at least those of the given sweep, without their
// series.
using FinishedTrials = std::function<Results(const Sweep&)>;

std::optional<Status> parse_status(std::string_view name);  // as name_of(Status) writes it

// Writes the CSV form described in docs/run-directory.md. Each file is written beside the target and renamed,
// so that a reader never sees half a file. Throws Error if it cannot be written.
void write_trials_csv(const std::string& path, const Results& results);
void write_series_csv(const std::string& path, const Results& results);

// Writes trials.csv one trial at a time. Nothing appears at `path` before finish().
class TrialsCsv {
 public:
  TrialsCsv(const std::string& path, const Experiment& experiment);
  void add(const TrialRecord& trial);
  void finish() { csv_.finish(); }

 private:
  CsvWriter csv_;
};

class SeriesCsv {
 public:
  SeriesCsv(const std::string& path, const Experiment& experiment);
  void add(const TrialRecord& trial);
  void finish() { csv_.finish(); }

 private:
  const Experiment* experiment_;
  CsvWriter csv_;
};

// Reads trials.csv and series.csv of a directory; messages are not in them. Throws InputError with file and
// line, also for a trial whose id does not match its parameters and the files that it read.
Results read_csv(const std::string& directory, const Experiment& experiment,
                 const FileIdentities& files = {});

}  // namespace qklab
