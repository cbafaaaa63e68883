// The results of a sweep in memory: what figures and claims read, whether it came from a store or from CSV.
#pragma once

#include <cstdint>
#include <functional>
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
  std::vector<double> scalars;  // in the experiment's declared order, NaN where absent
  std::vector<Series> series;   // likewise; empty where absent or not loaded, and for families
  Members members = {};         // of families, by name: what was recorded and loaded
};

// Trials in the sweep's order; trials that have not run are left out.
struct Results {
  const Experiment* experiment = nullptr;
  std::vector<TrialRecord> trials;
  std::vector<std::string> loaded_series;  // names of the series that were asked for
};

// What a trial has recorded under a name. Throws Error where the experiment declares no such scalar or
// series.
double scalar_of(const Results& results, const TrialRecord& trial, std::string_view name);
const Series& series_of(const Results& results, const TrialRecord& trial, std::string_view name);

// Finished trials, failed and diverged ones too: those of the sweep that is asked for, and any others. Series
// are not needed.
using FinishedTrials = std::function<Results(const Sweep&)>;

std::optional<Status> parse_status(std::string_view name);  // as name_of(Status) writes it

// The CSV form, as documented in docs/run-directory.md. Written beside the target and renamed, so a
// reader never sees half a file. Throws Error where it cannot be written.
void write_trials_csv(const std::string& path, const Results& results);
void write_series_csv(const std::string& path, const Results& results);

// The same, one trial at a time. Nothing is at `path` before finish().
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

// Reads a directory's trials.csv and series.csv back, all but the messages, which they do not hold. Throws
// InputError with file and line; a trial whose id does not follow from its parameters, and from the files
// that it read, is one, too.
Results read_csv(const std::string& directory, const Experiment& experiment,
                 const FileIdentities& files = {});

}  // namespace qklab
