// The abilities of a terminal, and the display of a run's progress.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "core/run/scheduler.hpp"

namespace qklab {

// Like fmt::print, but write errors are ignored: a closed pipe or a full disk must not end a run. What stands on
// stderr comes after what was printed before it, also where both go to one file.
template <class... Arguments>
void say(std::FILE* file, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  const std::string text = fmt::format(format, std::forward<Arguments>(arguments)...);
  if (file == stderr) std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), file);
}
template <class... Arguments> void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say(stdout, format, std::forward<Arguments>(arguments)...);
}

// A line for people, on stderr.
inline void remark(const std::string& line) { say(stderr, "{}\n", line); }

bool color_wanted();  // standard output is a terminal, and NO_COLOR is not set
// Columns of the terminal behind `stream`, or else behind the other stream; 100 if there is none.
int terminal_width(int stream = STDOUT_FILENO);
int terminal_height();

// On a terminal, one line that is redrawn and never wider than the terminal; otherwise a plain line at most
// every ten seconds.
class ProgressLine {
 public:
  explicit ProgressLine(std::string name);
  void update(const Progress& progress);
  void note(const std::string& line);  // prints a line above the bar
  void finish(const Progress& progress);

 private:
  std::string line(const Progress& progress, std::size_t columns) const;
  void clear();

  std::string name_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

// "####....", with `cells` characters.
std::string progress_bar(double share, std::size_t cells);

// "1h 02m", "3m 04s", "12 s"
std::string duration(double seconds);

}  // namespace qklab
