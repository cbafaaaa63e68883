// What a terminal can do, and the progress of a run on it.
#pragma once

#include <chrono>
#include <string>

#include "core/sweep/scheduler.hpp"

namespace qklab {

bool color_wanted();   // standard output is a terminal, and NO_COLOR is not set
int terminal_width();  // columns of the terminal, 100 where there is none

// On a terminal one line that is redrawn; elsewhere a plain line at most every ten seconds.
class ProgressLine {
 public:
  explicit ProgressLine(std::string name);
  void update(const Progress& progress);
  void note(const std::string& line);  // a line above the bar
  void finish(const Progress& progress);

 private:
  std::string text(const Progress& progress) const;
  void clear();

  std::string name_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

// "1h 02m", "3m 04s", "12 s"
std::string duration(double seconds);

}  // namespace qklab
