#include "core/process/dialog.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/base/error.hpp"
#include "core/process/spawn.hpp"

namespace qklab {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t longest_line = 256 << 20;
constexpr std::size_t kept_errors = 2000;  // characters at the end of what it wrote to standard error
constexpr milliseconds grace{2000};        // for a program whose input has ended

// The last lines, joined to one.
std::string last_words(std::string_view text) {
  constexpr std::size_t most_lines = 4;
  std::string words;
  for (std::size_t lines = 0; lines < most_lines && !text.empty();) {
    const std::size_t begin = text.find_last_of("\r\n") + 1;  // 0 where there is no line end
    std::string_view line = text.substr(begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.empty()) {
      words = words.empty() ? std::string(line) : fmt::format("{} | {}", line, words);
      ++lines;
    }
    text = text.substr(0, begin == 0 ? 0 : begin - 1);
  }
  return words;
}

void close_stream(int& stream) {
  if (stream >= 0) close(std::exchange(stream, -1));
}

}  // namespace

Dialog::Dialog(const Process& process) {
  Pipe output, errors;
  int input[2] = {-1, -1};  // a socket, since writing to one that nobody reads need not raise a signal
  pid_t child = 0;
  int failure = 0;
  if (!output.is_open() || !errors.is_open() ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0)
    failure = errno;
  else
    failure = spawn(process, {input[1], output.write_end, errors.write_end}, child, true);
  close_stream(input[1]);
  if (failure != 0) {
    close_stream(input[0]);
    throw Error(fmt::format("{} cannot be started: {}", process.words[0], std::strerror(failure)));
  }
  child_ = child;
  input_ = input[0];
  output_ = std::exchange(output.read_end, -1);
  errors_ = std::exchange(errors.read_end, -1);
}

Dialog::~Dialog() {
  close_stream(input_);
  if (end_.empty()) wait_for_end(grace);
  close_stream(output_);
  close_stream(errors_);
}

void Dialog::send(std::string line) {
  read_complaints();
  complained_.clear();
  line += '\n';
  for (std::size_t sent = 0; sent < line.size() && input_ >= 0;) {
    const ssize_t n = ::send(input_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n >= 0)
      sent += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      close_stream(input_);
  }
}

std::optional<std::string> Dialog::take_line() {
  const std::size_t end = said_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = said_.size();
    if (said_.size() > longest_line) throw Error("wrote more than 256 MiB without the end of a line");
    return std::nullopt;
  }
  std::string line = said_.substr(0, end);
  said_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

void Dialog::read_some(int& stream, std::string& text) {
  char buffer[1 << 16];
  const ssize_t got = read(stream, buffer, sizeof buffer);
  if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && errno != EINTR)) close_stream(stream);
}

std::optional<std::string> Dialog::line(milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  for (;;) {
    if (auto found = take_line()) return found;
    if (output_ < 0) return std::nullopt;
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd open[] = {{output_, POLLIN, 0}, {errors_, POLLIN, 0}};  // poll passes over a stream of -1
    const int ready = poll(open, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno != EINTR) throw Error(fmt::format("poll: {}", std::strerror(errno)));
    if (ready == 0) return std::nullopt;
    if (ready < 0) continue;
    if (open[1].revents != 0) {
      read_some(errors_, complained_);
      if (complained_.size() > 2 * kept_errors) complained_.erase(0, complained_.size() - kept_errors);
    }
    if (open[0].revents != 0) read_some(output_, said_);
  }
}

// Those that are there by now: a descendant may hold the stream open, so that its end is not waited for.
void Dialog::read_complaints() {
  pollfd open{errors_, POLLIN, 0};
  while (errors_ >= 0 && poll(&open, 1, 0) > 0) read_some(errors_, complained_);
  if (complained_.size() > kept_errors) complained_.erase(0, complained_.size() - kept_errors);
}

void Dialog::wait_for_end(milliseconds patience) {
  int status = 0;
  const auto deadline = Clock::now() + patience;
  while (waitpid(child_, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline) kill(-child_, SIGKILL);
    std::this_thread::sleep_for(milliseconds(1));
  }
  if (WIFSIGNALED(status))
    end_ = fmt::format("was killed by signal {}", WTERMSIG(status));
  else
    end_ = fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

std::string Dialog::how_it_ended() {
  const bool by_itself = output_ < 0;
  close_stream(input_);
  if (end_.empty()) {
    wait_for_end(by_itself ? grace : milliseconds(0));
    if (!by_itself) end_ = "was killed";
  }
  read_complaints();
  const std::string words = last_words(complained_);
  return words.empty() ? end_ : fmt::format("{}; its last words: {}", end_, words);
}

}  // namespace qklab
