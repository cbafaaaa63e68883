// A run as it goes, seen from another process that reads run.db and never stands in its way.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/directory/running.hpp"
#include "core/figures/figure_data.hpp"
#include "core/store/store.hpp"

namespace qklab {

struct LiveState {
  std::string name;
  std::string writer;                    // process id of the run that is writing, "" where none is
  StoreCounts counts;                    // of everything that is kept
  std::uint64_t finished = 0;            // of the sweep
  std::uint64_t total = 0;               // trials of the sweep
  double rate = 0;                       // trials a second over the last minute; NaN until known
  double eta_seconds = 0;                // NaN where unknown
  std::vector<RunningTrial> running;     // that tell how far they are
  std::vector<Store::Failure> failures;  // the latest last; params: what tells them apart, not JSON
  struct Plot {
    const Figure* figure;
    FigureData data;
  };
  bool has_report = false;  // report.html is there
  std::vector<Plot> plots;  // those figures that have something to show yet

  bool is_complete() const { return finished == total; }
};

class LiveView {
 public:
  // Throws InputError where the directory has no run.db, or its config cannot be read.
  explicit LiveView(std::string directory);

  // Reads the state anew; with `plots`, the figures' numbers as well, which takes longer.
  LiveState look(bool plots);
  const Loaded& loaded() const { return loaded_; }

 private:
  using Clock = std::chrono::steady_clock;

  // `left`: seconds by what the run itself says, NaN if it says nothing.
  void estimate(LiveState& state, double left);

  std::string directory_;
  Loaded loaded_;
  std::vector<std::uint64_t> ids_;
  std::deque<std::pair<Clock::time_point, std::uint64_t>> history_;
};

}  // namespace qklab
