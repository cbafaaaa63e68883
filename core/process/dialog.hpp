// A program that runs beside this one, and is spoken with line by line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/process/process.hpp"

namespace qklab {

class Dialog {
 public:
  // Starts the program; its limit of time does not count. Signals of the terminal do not reach it: it ends when its
  // input does, which is also so after this program was killed. Throws Error if it cannot be started.
  explicit Dialog(const Process& process);
  ~Dialog();  // closes its input, and kills it if it has not ended soon
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  // Writes the line to the program's input. A program that has ended is no error here: no line will come. What it
  // complained of before is forgotten.
  void send(std::string line);
  // The next line of its output, without its end; nothing if none comes in this time, or if the output ended.
  // Throws Error for a line of more than 256 MiB, after which nothing more can be understood.
  std::optional<std::string> line(std::chrono::milliseconds wait);
  bool ended() const { return output_ < 0; }  // its output; lines that it has sent before are still read

  // Ends the program by force if need be, and says how it ended and, in one line, what it wrote last to standard error.
  std::string how_it_ended();

 private:
  std::optional<std::string> take_line();
  void read_some(int& stream, std::string& text);
  void read_complaints();
  void wait_for_end(std::chrono::milliseconds grace);

  int child_ = 0, input_ = -1, output_ = -1, errors_ = -1;
  std::string said_, complained_;
  std::size_t searched_ = 0;  // characters of said_ without a line end
  std::string end_;           // how it ended, once that is known
};

}  // namespace qklab
