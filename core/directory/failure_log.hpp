// Writes run.log, and a log file for each trial that failed or diverged.
#pragma once

#include <spdlog/logger.h>

#include <cstddef>
#include <memory>
#include <string>

#include "core/store/store.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

class FailureLog {
 public:
  // `telling` describes a trial in one line; the trial's own file lists all parameters.
  FailureLog(std::string directory, Telling telling);
  void say(const std::string& line);  // writes to run.log
  // Writes logs/<trial>.log (for the first 1,000 trials only), and returns a line for the user.
  std::string add(const TrialSpec& trial, const Result& result);
  // Removes the logs of trials that were run again since then and are done.
  void drop_those_of(const Store& store) const;

 private:
  std::string directory_;
  Telling telling_;
  std::shared_ptr<spdlog::logger> log_;
  std::size_t files_ = 0;
};

}  // namespace qklab
