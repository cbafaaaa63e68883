#include "core/cli/serve/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/cli/running_text.hpp"
#include "core/cli/terminal.hpp"
#include "core/figures/labels.hpp"
#include "core/text/columns.hpp"
#include "core/text/rounded.hpp"

namespace qklab {

namespace {

constexpr std::size_t curves_shown = 12, latest_failures = 6, running_shown = 8, label_columns = 22;

struct Range {
  double low = INFINITY, high = -INFINITY;

  void cover(const Panel& panel) {
    for (const Curve& curve : panel.curves)
      for (const Point& point : curve.points)
        if (std::isfinite(point.mean)) low = std::min(low, point.mean), high = std::max(high, point.mean);
  }
  bool empty() const { return !(low <= high); }
  std::string text() const { return empty() ? "" : rounded(low, 4) + " to " + rounded(high, 4); }
};

// `count` of `n` curves, evenly spaced, with the first and the last.
std::vector<std::size_t> picked(std::size_t n, std::size_t count) {
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < std::min(n, count); ++k)
    places.push_back(n <= count || count == 1 ? k : k * (n - 1) / (count - 1));
  return places;
}

void add_running(std::vector<std::string>& lines, const std::vector<RunningTrial>& running) {
  for (std::size_t i = 0; i < std::min(running.size(), running_shown); ++i) {
    const std::string& about = running[i].about;
    lines.push_back(
        fmt::format("  {}: {}", about.empty() ? trial_name(running[i].id) : about, trial_text(running[i])));
  }
  if (running.size() > running_shown)
    lines.push_back(fmt::format("  and {} more", running.size() - running_shown));
}

void add_plot(std::vector<std::string>& lines, const LiveState::Plot& plot, const Experiment& experiment,
              std::size_t width) {
  const Figure& figure = *plot.figure;
  const std::vector<Panel>& panels = plot.data.panels;
  Range shared;
  std::size_t all = 0, shown = 0;
  const std::size_t most = std::max<std::size_t>(1, curves_shown / std::max<std::size_t>(1, panels.size()));
  for (const Panel& panel : panels) {
    shared.cover(panel);
    all += panel.curves.size();
    shown += std::min(most, panel.curves.size());
  }
  if (shared.empty()) return;
  const std::string value = value_label(figure);  // "": panels show different metrics, each in its own range
  std::string head =
      fmt::format("{}: {}along {}", figure.name, value.empty() ? "" : value + " ", figure.xlabel);
  if (!value.empty()) head += ", " + shared.text();
  if (shown < all) head += fmt::format(" ({} of {} curves)", shown, all);
  lines.emplace_back();
  lines.push_back(head);

  const ShortTexts texts = curve_texts(plot.data);
  const std::string name =
      figure.curve_parameter ? experiment.parameters[*figure.curve_parameter].name + " " : "";
  for (std::size_t k = 0; k < panels.size(); ++k) {
    Range range = shared;
    if (value.empty()) {
      range = {};
      range.cover(panels[k]);
    }
    if (const std::string& title = panels[k].title; !title.empty())
      lines.push_back("  " + title + (value.empty() ? ", " + range.text() : ""));
    for (const std::size_t place : picked(panels[k].curves.size(), most)) {
      const Curve& curve = panels[k].curves[place];
      const std::string label = curve.key.empty() ? "" : name + texts.of(curve.key[0]);
      const std::string shown = clipped(label, label_columns);
      std::vector<double> means;
      for (const Point& point : curve.points) means.push_back(point.mean);
      lines.push_back(fmt::format("    {}{} {}", shown, std::string(label_columns - columns_of(shown), ' '),
                                  sparkline(means, range.low, range.high, width > 36 ? width - 28 : 8)));
    }
  }
}

}  // namespace

std::vector<std::string> screen(const LiveState& state, const Experiment& experiment, std::size_t width) {
  std::vector<std::string> lines;
  const double share =
      state.total > 0 ? static_cast<double>(state.finished) / static_cast<double>(state.total) : 1;
  const std::string how = state.is_complete()    ? "complete"
                          : state.writer.empty() ? "not running"
                                                 : "running, pid " + state.writer;
  lines.push_back(fmt::format("{}: {}/{} trials, {}", state.name, state.finished, state.total, how));
  lines.push_back(fmt::format("[{}] {:.1f} %",
                              progress_bar(share, std::min<std::size_t>(width > 12 ? width - 12 : 0, 60)),
                              100 * share));
  std::string counts = fmt::format("{} failed, {} diverged", state.counts.failed, state.counts.diverged);
  if (state.rate > 0) counts += fmt::format(", {:.3g} trials/s", state.rate);
  if (std::isfinite(state.eta_seconds) && !state.is_complete())
    counts += fmt::format(", {} left", duration(state.eta_seconds));
  lines.push_back(counts);
  add_running(lines, state.running);
  if (!state.failures.empty()) lines.emplace_back();
  const std::size_t first = state.failures.size() - std::min(state.failures.size(), latest_failures);
  for (std::size_t i = first; i < state.failures.size(); ++i) {
    const Store::Failure& failure = state.failures[i];
    const std::string message = failure.message.substr(0, failure.message.find('\n'));
    lines.push_back(fmt::format("{} {}: {} ({})", name_of(failure.status), trial_name(failure.id), message,
                                failure.params));
  }
  for (const auto& plot : state.plots) add_plot(lines, plot, experiment, width);
  for (std::string& line : lines) line = clipped(line, width);
  return lines;
}

void fit(std::vector<std::string>& lines, std::size_t rows, std::size_t width) {
  if (rows < 3 || lines.size() < rows) return;
  const std::size_t left_out = lines.size() - (rows - 2);
  lines.resize(rows - 2);
  lines.push_back(clipped(fmt::format("... {} more lines in a higher window", left_out), width));
}

}  // namespace qklab
