#include "core/report/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

extern char** environ;

namespace qklab {
namespace {

bool is_of_the_user(std::string_view variable) {
  constexpr std::string_view names[] = {"GNUTERM=", "GNUHELP=", "GDFONTPATH=",      "LANG=",    "LANGUAGE=",
                                        "TZ=",      "DISPLAY=", "WAYLAND_DISPLAY=", "COLUMNS=", "LINES="};
  constexpr std::string_view beginnings[] = {"GNUPLOT_", "FIT_", "LC_", "PANGO", "CAIRO_"};
  for (const std::string_view name : names)
    if (variable.starts_with(name)) return true;
  for (const std::string_view beginning : beginnings)
    if (variable.starts_with(beginning)) return true;
  return false;
}

std::vector<std::string> child_environment() {
  std::vector<std::string> result = {"LC_ALL=C.UTF-8", "TZ=UTC", "GNUTERM=unknown"};
  for (char** variable = environ; *variable; ++variable)
    if (!is_of_the_user(*variable)) result.emplace_back(*variable);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;
  }
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0) close(end);
  }
  void close_writing() { close(std::exchange(ends[1], -1)); }
};

// Both at once: a child that fills one would wait for ever while the other is read.
void read_both(Pipe& a, std::string& of_a, Pipe& b, std::string& of_b) {
  std::array<pollfd, 2> open = {{{a.ends[0], POLLIN, 0}, {b.ends[0], POLLIN, 0}}};
  std::string* const texts[] = {&of_a, &of_b};
  std::array<char, 4096> buffer;
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (poll(open.data(), open.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      const ssize_t got = read(open[i].fd, buffer.data(), buffer.size());
      if (got > 0) texts[i]->append(buffer.data(), static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) open[i].fd = -1;
    }
  }
}

}  // namespace

ChildEnd run_child(const std::vector<std::string>& command, const std::string& folder) {
  ChildEnd end;
  Pipe output, errors;
  if (output.ends[0] < 0 || errors.ends[0] < 0) {
    end.failure = errno;
    return end;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.ends[1], STDERR_FILENO);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<std::string> words = command, variables = child_environment();
  pid_t child = 0;
  end.failure = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, pointers(words).data(),
                             pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (end.failure != 0) return end;
  output.close_writing();
  errors.close_writing();
  read_both(output, end.output, errors, end.errors);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) end.how = fmt::format("killed by signal {}", WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) end.how = fmt::format("exit {}", WEXITSTATUS(status));
  return end;
}

}  // namespace qklab
