// running.csv: the progress of the trials that a run is working on, for anyone who looks at its directory.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/trial/trial_progress.hpp"

namespace qklab {

class RunningFile {
 public:
  explicit RunningFile(const std::string& directory);
  ~RunningFile();  // removes the file
  RunningFile(const RunningFile&) = delete;
  RunningFile& operator=(const RunningFile&) = delete;

  // May be called often: it writes at most once a second, and nothing while no trial reports its progress. No
  // result depends on the file: if it cannot be written, the run continues without.
  void update(const std::vector<RunningTrial>& running);

 private:
  std::string path_;
  std::chrono::steady_clock::time_point next_;
  bool written_ = false;
};

// What an active run wrote last; empty if the file was not renewed for a while, because its run was killed.
std::vector<RunningTrial> read_running(const std::string& directory);

}  // namespace qklab
