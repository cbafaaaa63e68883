// running.csv: how far the trials are that a run is working on, for whoever looks at its directory meanwhile.
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

  // Called as often as you like; writes once a second at most, and nothing while no trial tells how far it
  // is. No result depends on the file: where it can't be written the run goes on without.
  void update(const std::vector<RunningTrial>& running);

 private:
  std::string path_;
  std::chrono::steady_clock::time_point next_;
  bool written_ = false;
};

// What a run that goes on wrote last; nothing where the file was not renewed for a while, as its run was
// killed.
std::vector<RunningTrial> read_running(const std::string& directory);

}  // namespace qklab
