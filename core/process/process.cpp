#include "core/process/process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "core/process/spawn.hpp"

extern char** environ;

namespace qklab {

namespace {

using Clock = std::chrono::steady_clock;

// The time that is left, as an argument of poll(): -1 means for ever.
int milliseconds_until(Clock::time_point deadline) {
  if (deadline == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

// Reads both pipes at once, so that neither fills up while the program waits for the other. Stops at the
// deadline.
void read_to_their_ends(const Pipe& output, const Pipe& errors, Clock::time_point deadline, ProcessEnd& end) {
  std::array<pollfd, 2> open = {pollfd{output.read_end, POLLIN, 0}, pollfd{errors.read_end, POLLIN, 0}};
  const std::array<std::string*, 2> texts = {&end.output, &end.errors};
  char buffer[4096];
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (Clock::now() >= deadline) return;
    const int ready = poll(open.data(), open.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return;
    if (ready <= 0) continue;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      const ssize_t got = read(open[i].fd, buffer, sizeof buffer);
      if (got > 0) texts[i]->append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) open[i].fd = -1;
    }
  }
}

// Waits for the child and returns its status; kills it at the deadline.
int wait_for(pid_t child, Clock::time_point deadline, ProcessEnd& end) {
  int status = 0;
  while (deadline != Clock::time_point::max() && !end.overdue) {
    if (waitpid(child, &status, WNOHANG) == child) return status;
    end.overdue = Clock::now() >= deadline;
    if (end.overdue)
      kill(child, SIGKILL);
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

ProcessEnd run_process(const Process& process) {
  ProcessEnd end;
  Pipe output, errors;
  pid_t child = 0;
  const bool open = output.is_open() && errors.is_open();
  end.failure = open ? spawn(process, {-1, output.write_end, errors.write_end}, child) : errno;
  if (end.failure != 0) return end;
  output.close_write_end();
  errors.close_write_end();
  const auto deadline = process.limit.count() > 0 ? Clock::now() + process.limit : Clock::time_point::max();
  read_to_their_ends(output, errors, deadline, end);
  const int status = wait_for(child, deadline, end);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

std::vector<std::string> environment_without(const std::function<bool(std::string_view)>& hidden,
                                             std::vector<std::string> set) {
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (!hidden(*variable)) set.emplace_back(*variable);
  return set;
}

}  // namespace qklab
