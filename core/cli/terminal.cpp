#include "core/cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/base/value.hpp"
#include "core/cli/running_text.hpp"
#include "core/text/columns.hpp"

namespace qklab {

namespace {

constexpr auto plain_interval = std::chrono::seconds(10);
constexpr std::size_t columns_of_plain_line = 200, cells_of_curve = 8;

}  // namespace

bool color_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

int terminal_width(int stream) {
  winsize size{};
  for (const int each : {stream, STDOUT_FILENO, STDERR_FILENO}) {
    if (isatty(each) == 0) continue;
    if (ioctl(each, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    // For a terminal that does not report its size, such as a serial line.
    const char* said = std::getenv("COLUMNS");
    const auto columns = parse_integer(said == nullptr ? "" : said);
    return columns && *columns > 0 && *columns < 10000 ? static_cast<int>(*columns) : 80;
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

namespace {

// Losses of the trials under way: "loss 2.31 ▇▅▃▂, 2.35 █▆▄▃".
std::string first_metrics(const std::vector<RunningTrial>& running, std::size_t cells) {
  constexpr std::size_t shown = 3;
  if (running.size() == 1) return told_text(running[0], 2, cells);
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, running.size()); ++i) {
    const auto& told = running[i].told;
    if (told.empty() || told[0].name != running[0].told[0].name) return "";
    text += (i > 0 ? ", " : "") + told_text(running[i], 1, cells).substr(i > 0 ? told[0].name.size() + 1 : 0);
  }
  return text + (running.size() > shown ? ", ..." : "");
}

// What is said as far as there is room in `columns`, the most important first.
std::string counts_of(const Progress& progress, std::size_t columns) {
  const std::uint64_t finished = progress.finished();
  std::string out = fmt::format("{}/{} trials", finished, progress.total);
  if (progress.failed > 0) out += fmt::format(", {} failed", progress.failed);
  if (progress.diverged > 0) out += fmt::format(", {} diverged", progress.diverged);
  if (progress.pruned > 0) out += fmt::format(", {} pruned", progress.pruned);
  const auto add = [&](const std::string& text) {
    if (text.empty() || columns_of(out) + 2 + columns_of(text) > columns) return false;
    out += ", " + text;
    return true;
  };
  if (finished < progress.total) add(fmt::format("{} left", duration(progress.eta_seconds())));
  add(running_text(progress.running));
  if (!add(first_metrics(progress.running, cells_of_curve))) add(first_metrics(progress.running, 0));
  // Nothing is known of a rate before the first trial is done.
  if (finished > 0) add(fmt::format("{:.3g} trials/s", progress.rate()));
  return out;
}

}  // namespace

std::string progress_bar(double share, std::size_t cells) {
  const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(cells)));
  return std::string(full, '#') + std::string(cells - full, '.');
}

// If there is not room for all, the counts have priority, then the name, then the bar.
std::string ProgressLine::line(const Progress& progress, std::size_t columns) const {
  constexpr std::size_t least_name = 8, least_bar = 5, most_bar = 30;
  const auto left = [&](std::size_t used) { return columns > used ? columns - used : 0; };
  const std::size_t kept = std::min<std::size_t>(columns_of(name_), 2 * least_name) + 2;
  const std::string counts = clipped(counts_of(progress, left(kept)), columns);
  const std::size_t for_name = left(columns_of(counts) + 2);
  if (for_name < std::min(least_name, columns_of(name_))) return counts;
  const std::string name = clipped(name_, for_name);
  const std::size_t for_bar = left(columns_of(counts) + columns_of(name) + 4);
  if (for_bar < least_bar) return fmt::format("{}: {}", name, counts);
  const double share = progress.total == 0
                           ? 1.0
                           : static_cast<double>(progress.finished()) / static_cast<double>(progress.total);
  return fmt::format("{} [{}] {}", name, progress_bar(share, std::min(for_bar, most_bar)), counts);
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
    say(stderr, "{}: {}\n", name_, counts_of(progress, columns_of_plain_line));
    return;
  }
  // One column stays free, since some terminals wrap as soon as the last column is used.
  const int columns = std::max(terminal_width(STDERR_FILENO) - 1, 1);
  const std::string shown = line(progress, static_cast<std::size_t>(columns));
  clear();
  say(stderr, "{}", shown);
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
