#include "core/system/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

extern char** environ;

namespace qklab {

namespace {

// Pointers to the texts, as exec takes them; the texts must outlive them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

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

// Returns errno, or 0.
int start(const Process& process, const Pipe& output, const Pipe& errors, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write_end, STDERR_FILENO);
  if (!process.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, process.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t ours;  // the signals that this program ignores for itself
  sigemptyset(&ours);
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&ours, signal);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = process.words, variables = process.environment;
  const std::vector<char*> arguments = pointers(words), environment = pointers(variables);
  const int failure =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failure;
}

}  // namespace

ProcessEnd run_process(const Process& process) {
  ProcessEnd end;
  Pipe output, errors;
  pid_t child = 0;
  end.failure = output.is_open() && errors.is_open() ? start(process, output, errors, child) : errno;
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
