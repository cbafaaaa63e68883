#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>

#include "core/cli/cli.hpp"
#include "core/cli/live.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"

namespace qklab {

namespace {

constexpr std::size_t curves_shown = 12, failures_shown = 6;

std::string bar(double share, std::size_t cells) {
  const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(cells)));
  return std::string(full, '#') + std::string(cells - full, '.');
}

// Heights between the least and the largest finite value of the plot, a character a point.
std::string sparkline(const std::vector<Point>& points, double low, double high, std::size_t width) {
  static constexpr const char* levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  const std::size_t cells = std::min(width, points.size());
  for (std::size_t i = 0; i < cells; ++i) {
    const double value = points[i * points.size() / cells].mean;
    const double height = high > low ? (value - low) / (high - low) : 0.5;
    line += std::isfinite(height) ? levels[std::clamp(static_cast<int>(height * 8), 0, 7)] : " ";
  }
  return line;
}

std::string clipped(const std::string& text, std::size_t width) {
  std::string line = text.substr(0, text.find('\n'));
  return line.size() <= width ? line : line.substr(0, width > 3 ? width - 3 : 0) + "...";
}

void add_plot(std::vector<std::string>& lines, const LiveState::Plot& plot, const Schema& schema,
              std::size_t width) {
  const Figure& figure = *plot.figure;
  double low = INFINITY, high = -INFINITY;
  for (const Panel& panel : plot.data.panels)
    for (const Curve& curve : panel.curves)
      for (const Point& point : curve.points)
        if (std::isfinite(point.mean)) low = std::min(low, point.mean), high = std::max(high, point.mean);
  if (!(low <= high)) return;
  lines.emplace_back();
  lines.push_back(clipped(
      fmt::format("{}: {} along {}, {:.4g} to {:.4g}", figure.name, figure.ylabel, figure.xlabel, low, high),
      width));
  const auto name = [&](const std::optional<std::size_t>& parameter, const Key& key) {
    return parameter && !key.empty() ? key_text(schema, {*parameter}, key) : std::string();
  };
  std::size_t shown = 0, all = 0;
  for (const Panel& panel : plot.data.panels) all += panel.curves.size();
  for (const Panel& panel : plot.data.panels) {
    for (const Curve& curve : panel.curves) {
      if (shown++ == curves_shown) {
        lines.push_back(fmt::format("  ... and {} more curves", all - curves_shown));
        return;
      }
      const std::string label =
          name(figure.facet_parameter, panel.key) + "  " + name(figure.curve_parameter, curve.key);
      lines.push_back(fmt::format("  {:34.34} {}", label,
                                  sparkline(curve.points, low, high, width > 40 ? width - 40 : 8)));
    }
  }
}

std::vector<std::string> screen(const LiveState& state, const Schema& schema, std::size_t width) {
  std::vector<std::string> lines;
  const double share =
      state.total > 0 ? static_cast<double>(state.finished) / static_cast<double>(state.total) : 1;
  const std::string how = state.is_complete()    ? "complete"
                          : state.writer.empty() ? "not running"
                                                 : "running, pid " + state.writer;
  lines.push_back(
      clipped(fmt::format("{}: {}/{} trials, {}", state.name, state.finished, state.total, how), width));
  lines.push_back(fmt::format(
      "[{}] {:.1f} %", bar(share, std::min<std::size_t>(width > 12 ? width - 12 : 10, 60)), 100 * share));
  std::string counts = fmt::format("{} failed, {} diverged", state.counts.failed, state.counts.diverged);
  if (state.rate > 0)
    counts += fmt::format(", {:.3g} trials/s, {} left", state.rate, duration(state.eta_seconds));
  lines.push_back(counts);
  for (const auto& plot : state.plots) add_plot(lines, plot, schema, width);
  if (!state.failures.empty()) lines.emplace_back();
  const std::size_t first = state.failures.size() - std::min(state.failures.size(), failures_shown);
  for (std::size_t i = first; i < state.failures.size(); ++i) {
    const Store::Failure& failure = state.failures[i];
    lines.push_back(clipped(fmt::format("{} {}: {} {}", name_of(failure.status), trial_name(failure.id),
                                        failure.message, failure.params),
                            width));
  }
  return lines;
}

int watch(const std::string& directory, double interval, bool once) {
  const std::atomic<bool>& stop = stop_on_signals();
  LiveView view(directory);
  const Schema& schema = view.loaded().config.experiment->parameters;
  const bool redraws = !once && isatty(STDOUT_FILENO) != 0;
  while (true) {
    const auto begin = std::chrono::steady_clock::now();
    const LiveState state = view.look(true);
    std::string text = redraws ? "\x1b[H" : "";
    for (const std::string& line : screen(state, schema, static_cast<std::size_t>(terminal_width())))
      text += line + (redraws ? "\x1b[K\n" : "\n");
    fmt::print("{}{}", text, redraws ? "\x1b[J" : "");
    std::fflush(stdout);
    if (once || state.is_complete()) return exit_done;
    // A look at a large store takes its time; it must not take all the time.
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto pause =
        std::max<std::chrono::duration<double>>(std::chrono::duration<double>(interval), 4 * took);
    for (const auto until = std::chrono::steady_clock::now() + pause;
         std::chrono::steady_clock::now() < until;) {
      if (stop) return exit_done;  // the run itself is not concerned
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

}  // namespace

void add_watch(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::string directory;
    double interval = 1;
    bool once = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("watch", "a running sweep in the terminal: progress, curves, failures");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--interval", arguments->interval, "seconds between looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->type_name("SECONDS");
  verb->add_flag("--once", arguments->once, "print the state and leave");
  verb->callback(
      [arguments, &exit] { exit = watch(arguments->directory, arguments->interval, arguments->once); });
}

}  // namespace qklab
