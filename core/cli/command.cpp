#include "core/cli/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/base/error.hpp"

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

std::vector<std::string> environment_without(std::string_view hidden) {
  std::vector<std::string> variables = {"LC_ALL=C"};
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable = *each;
    const bool is_hidden = !hidden.empty() && variable.starts_with(hidden);
    if (!is_hidden && !variable.starts_with("LC_ALL=")) variables.emplace_back(variable);
  }
  return variables;
}

struct Pipe {
  int read_end = -1, write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw Error(fmt::format("no pipe: {}", std::strerror(errno)));
    read_end = ends[0], write_end = ends[1];
  }
  ~Pipe() {
    close(read_end);
    close_write_end();
  }
  void close_write_end() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

// Both at once, so that neither fills up while the other is waited for.
void read_to_their_ends(const Pipe& output, const Pipe& notes, Called& called) {
  std::array<pollfd, 2> open = {pollfd{output.read_end, POLLIN, 0}, pollfd{notes.read_end, POLLIN, 0}};
  const std::array<std::string*, 2> texts = {&called.output, &called.notes};
  char buffer[4096];
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (poll(open.data(), open.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      const ssize_t got = read(open[i].fd, buffer, sizeof buffer);
      if (got > 0) texts[i]->append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) open[i].fd = -1;
    }
  }
}

}  // namespace

std::string Called::str() const {
  std::string said = notes;
  if (!said.empty() && !said.ends_with('\n') && !output.empty()) said += '\n';
  said += output;
  while (said.ends_with('\n')) said.pop_back();
  return fmt::format("exit {}: {}", code, said.empty() ? "it said nothing" : said);
}

Called call(const std::vector<std::string>& command, std::string_view hidden) {
  Pipe output, notes;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, notes.write_end, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t ours;  // which this program ignores for itself
  sigemptyset(&ours);
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&ours, signal);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = command, variables = environment_without(hidden);
  const std::vector<char*> arguments = pointers(words), environment = pointers(variables);
  pid_t child = 0;
  const int failure =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  output.close_write_end();
  notes.close_write_end();
  if (failure != 0) return {127, "", std::strerror(failure)};
  Called called{0, "", ""};
  read_to_their_ends(output, notes, called);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  called.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return called;
}

std::string shell_quoted(const std::string& text) {
  constexpr std::string_view safe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";
  if (!text.empty() && text.find_first_not_of(safe) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + shell_quoted(word);
  return line;
}

}  // namespace qklab
