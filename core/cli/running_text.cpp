#include "core/cli/running_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/cli/terminal.hpp"
#include "core/text/rounded.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {

namespace {

constexpr std::size_t shares_shown = 6, cells_told = 16;

}  // namespace

std::string sparkline(std::span<const double> values, double low, double high, std::size_t cells) {
  static constexpr const char* levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  const std::size_t shown = std::min(cells, values.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const double height = high > low ? (values[i * values.size() / shown] - low) / (high - low) : 0.5;
    line += std::isfinite(height) ? levels[std::clamp(static_cast<int>(height * 8), 0, 7)] : " ";
  }
  return line;
}

std::string sparkline(std::span<const double> values, std::size_t cells) {
  std::vector<double> picked;
  const std::size_t shown = std::min(cells, values.size());
  for (std::size_t i = 0; i < shown; ++i)
    picked.push_back(values[shown < 2 ? values.size() - 1 : i * (values.size() - 1) / (shown - 1)]);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : picked)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  for (double& value : picked)
    if (!std::isfinite(value)) value = std::nan("");
  return sparkline(picked, low, high, cells);
}

std::string running_text(const std::vector<RunningTrial>& running) {
  if (running.size() == 1) return fmt::format("step {} of {}", running[0].step, running[0].of);
  std::string text;
  for (std::size_t i = 0; i < std::min(shares_shown, running.size()); ++i)
    text += fmt::format("{}{:.0f}", i > 0 ? ", " : "", 100 * running[i].share());
  return text.empty() ? ""
                      : fmt::format("{} under way at {}{} %", running.size(), text,
                                    running.size() > shares_shown ? ", ..." : "");
}

std::string places_text(const std::vector<RunningTrial>& running) {
  if (running.size() == 1) return running_text(running);
  std::string text;
  for (std::size_t i = 0; i < std::min(shares_shown, running.size()); ++i)
    text += fmt::format("{}{} at step {} of {}", i > 0 ? "; " : "",
                        running[i].about.empty() ? trial_name(running[i].id) : running[i].about,
                        running[i].step, running[i].of);
  if (running.size() > shares_shown) text += fmt::format("; and {} more", running.size() - shares_shown);
  return text;
}

std::string told_text(const RunningTrial& trial, std::size_t metrics, std::size_t cells) {
  std::string text;
  for (std::size_t i = 0; i < std::min(metrics, trial.told.size()); ++i) {
    const ToldMetric& told = trial.told[i];
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", told.name, rounded(told.last, 4));
    if (cells > 0 && told.value.size() > 1) text += " " + sparkline(told.value, cells);
  }
  return text;
}

std::string trial_text(const RunningTrial& trial) {
  std::string text = fmt::format("step {} of {} ({:.4g} %)", trial.step, trial.of, 100 * trial.share());
  if (std::isfinite(trial.left)) text += fmt::format(", {} left", duration(trial.left));
  const std::string told = told_text(trial, TrialProgress::most_metrics, cells_told);
  return told.empty() ? text : text + ", " + told;
}

}  // namespace qklab
