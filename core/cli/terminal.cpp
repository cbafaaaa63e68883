#include "core/cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace qklab {

namespace {

constexpr auto plain_interval = std::chrono::seconds(10);

}  // namespace

bool color_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

int terminal_width() {
  winsize size{};
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 100;
}

int terminal_height() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

std::string duration(double seconds) {
  if (!(seconds >= 0) || seconds > 1e7) return "?";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
}

ProgressLine::ProgressLine(std::string name)
    : name_(std::move(name)),
      terminal_(isatty(STDERR_FILENO) != 0),
      last_(std::chrono::steady_clock::now()) {}

std::string ProgressLine::text(const Progress& progress) const {
  const std::uint64_t finished = progress.finished();
  std::string out = fmt::format("{}/{} trials", finished, progress.total);
  if (progress.failed > 0) out += fmt::format(", {} failed", progress.failed);
  if (progress.diverged > 0) out += fmt::format(", {} diverged", progress.diverged);
  if (progress.pruned > 0) out += fmt::format(", {} pruned", progress.pruned);
  out += fmt::format(", {:.3g} trials/s", progress.rate());
  if (finished < progress.total) out += fmt::format(", {} left", duration(progress.eta_seconds()));
  return out;
}

void ProgressLine::clear() {
  if (drawn_) say(stderr, "\r\x1b[K");
  drawn_ = false;
}

void ProgressLine::update(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_) {
    if (now - last_ < plain_interval) return;
    last_ = now;
    say(stderr, "{}: {}\n", name_, text(progress));
    return;
  }
  const std::string counts = text(progress);
  const int room = terminal_width() - static_cast<int>(name_.size() + counts.size()) - 6;
  const auto cells = static_cast<std::size_t>(std::clamp(room, 0, 30));
  const double share = progress.total == 0
                           ? 1.0
                           : static_cast<double>(progress.finished()) / static_cast<double>(progress.total);
  const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(cells)));
  clear();
  say(stderr, "{} [{}{}] {}", name_, std::string(full, '#'), std::string(cells - full, '.'), counts);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::note(const std::string& line) {
  clear();
  say(stderr, "{}\n", line);
}

void ProgressLine::finish(const Progress& progress) {
  clear();
  std::string out = fmt::format("{}: {} of {} trials done in {}", name_, progress.done, progress.total,
                                duration(progress.seconds));
  if (progress.failed > 0) out += fmt::format(", {} failed", progress.failed);
  if (progress.diverged > 0) out += fmt::format(", {} diverged", progress.diverged);
  if (progress.pruned > 0) out += fmt::format(", {} pruned", progress.pruned);
  if (progress.resumed > 0) out += fmt::format(" ({} were finished before)", progress.resumed);
  say(stderr, "{}\n", out);
}

}  // namespace qklab
