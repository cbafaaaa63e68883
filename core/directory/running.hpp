// running.json: the progress of the trials that a run is working on, for anyone who looks at its directory.
#pragma once

#include <chrono>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/trial/trial_progress.hpp"

namespace qklab {

struct RunningTrials {
  std::vector<RunningTrial> trials;
  double left = std::numeric_limits<double>::quiet_NaN();  // seconds, of the whole run; NaN where unknown
};

class RunningFile {
 public:
  explicit RunningFile(const std::string& directory);
  ~RunningFile();  // removes the file
  RunningFile(const RunningFile&) = delete;
  RunningFile& operator=(const RunningFile&) = delete;

  // May be called often: it writes at most once a second, and nothing while no trial reports its progress. No
  // result depends on the file: if it cannot be written, the run continues without.
  void update(const RunningTrials& running);

 private:
  std::string path_;
  std::chrono::steady_clock::time_point next_;
  bool written_ = false;
};

// What an active run wrote last, with times left as they are now; empty if the file was not renewed for a while,
// because its run was killed, or is damaged.
RunningTrials read_running(const std::string& directory);

// What running.json and `qklab status --json` say about a trial.
nlohmann::ordered_json running_json(const RunningTrial& trial);

}  // namespace qklab
