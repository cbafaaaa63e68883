// Starts other programs: what run_process and Dialog have in common.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "core/process/process.hpp"

namespace qklab {

struct Pipe {
  int read_end = -1, write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) read_end = ends[0], write_end = ends[1];
  }
  ~Pipe() {
    if (read_end >= 0) close(read_end);
    close_write_end();
  }
  bool is_open() const { return read_end >= 0; }
  void close_write_end() {
    if (write_end >= 0) close(std::exchange(write_end, -1));
  }
};

// The other program's standard streams. An input of -1 is empty.
struct Streams {
  int input = -1, output = -1, errors = -1;
};

// Starts the program. Returns errno, or 0 and the child. Signals that this program ignores are not ignored there. In a
// `group` of its own, signals of the terminal do not reach it.
int spawn(const Process& process, const Streams& streams, pid_t& child, bool group = false);

}  // namespace qklab
