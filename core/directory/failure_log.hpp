// run.log, and a log file for each trial that failed or diverged.
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
  // `telling`: what is told of a trial in a line; its own file holds all parameters.
  FailureLog(std::string directory, Telling telling);
  void say(const std::string& line);  // to run.log
  // Writes logs/<trial>.log, of up to 1,000 trials, and returns the line that tells of it as it happens.
  std::string add(const TrialSpec& trial, const Result& result);
  // Removes the logs of trials that have since been run again and are done.
  void drop_those_of(const Store& store) const;

 private:
  std::string directory_;
  Telling telling_;
  std::shared_ptr<spdlog::logger> log_;
  std::size_t files_ = 0;
};

}  // namespace qklab
