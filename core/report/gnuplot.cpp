#include "core/report/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

extern char** environ;

namespace qklab {
namespace {

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(descriptor, buffer.data(), buffer.size());
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

}  // namespace

std::string gnuplot_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    const auto code = static_cast<unsigned char>(c);
    quoted += code < 0x20 || code == 0x7f ? ' ' : c;
  }
  return quoted + "'";
}

void run_gnuplot(const std::string& script_file) {
  int errors[2];
  if (pipe2(errors, O_CLOEXEC) != 0) throw Error(fmt::format("gnuplot: no pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  std::string program = "gnuplot", defaults = "-d", file = script_file;
  char* arguments[] = {program.data(), defaults.data(), file.data(), nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(errors[1]);
  if (failure != 0) {
    close(errors[0]);
    throw Error(fmt::format("gnuplot can't be started ({}); figures need it: apt-get install gnuplot-nox",
                            std::strerror(failure)));
  }
  const std::string said = read_all(errors[0]);
  close(errors[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const std::string how = WIFEXITED(status) ? fmt::format("exit {}", WEXITSTATUS(status)) : "killed";
    throw Error(fmt::format("gnuplot failed ({}): {}", how, said.empty() ? "it said nothing" : said));
  }
}

}  // namespace qklab
