#include "core/cli/serve/live.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <thread>

#include "core/base/nan.hpp"
#include "core/cli/writer.hpp"
#include "core/directory/series_needed.hpp"
#include "core/search/asking.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

constexpr std::chrono::seconds rate_window{60};
constexpr std::size_t most_failures = 200;

Store open_patiently(const std::string& directory) {
  // Between a run's end and another's beginning the file may be neither closed nor open.
  for (int attempt = 0;; ++attempt) {
    try {
      return Store(store_path(directory), Store::Mode::read);
    } catch (const Error&) {
      if (attempt == 5) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace

LiveView::LiveView(std::string directory) : directory_(std::move(directory)) {
  if (!std::filesystem::exists(store_path(directory_)))
    throw InputError(fmt::format("{}: no run directory: it has no run.db", directory_));
  const Store store = open_patiently(directory_);
  loaded_ = load_config(store.source());
  grow(loaded_, store);
  ids_ = loaded_.config.sweep.ids();
}

LiveState LiveView::look(bool plots) {
  LiveState state;
  state.name = loaded_.config.name;
  state.writer = writer_of(directory_);
  const Store store = open_patiently(directory_);
  state.counts = store.counts();
  if (grows(loaded_.config.sweep)) {
    take_over_proposals(loaded_, store);
    grow(loaded_, store);
    ids_ = loaded_.config.sweep.ids();
  }
  const auto statuses = store.statuses();
  state.total = ids_.size();
  for (const std::uint64_t id : ids_) state.finished += statuses.count(id);
  const RunningTrials running = read_running(directory_);
  state.running = running.trials;
  std::erase_if(state.running, [&](const RunningTrial& each) { return statuses.contains(each.id); });
  state.failures = store.latest_failures(most_failures);
  state.has_report = std::filesystem::is_regular_file(directory_ + "/report.html");
  const Telling telling(loaded_.config.sweep);
  for (Store::Failure& failure : state.failures) failure.params = telling.text_of_json(failure.params);
  estimate(state, running.left);
  if (plots) {
    const Results results = store.load(loaded_.config.sweep, series_needed(loaded_.figures, loaded_.claims));
    for (const Figure& figure : loaded_.figures) {
      try {
        state.plots.push_back({&figure, figure_data(figure, results)});
      } catch (const Error&) {
        continue;  // no trial of it is done yet
      }
    }
  }
  return state;
}

void LiveView::estimate(LiveState& state, double left) {
  const auto now = Clock::now();
  history_.emplace_back(now, state.finished);
  while (history_.size() > 2 && now - history_[1].first > rate_window) history_.pop_front();
  const double seconds = std::chrono::duration<double>(now - history_.front().first).count();
  const auto gained = static_cast<double>(state.finished - std::min(state.finished, history_.front().second));
  state.rate = seconds > 0 ? gained / seconds : nan;
  state.eta_seconds = state.is_complete()   ? 0
                      : std::isfinite(left) ? left
                      : state.rate > 0      ? static_cast<double>(state.total - state.finished) / state.rate
                                            : nan;
}

}  // namespace qklab
