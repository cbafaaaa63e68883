// The progress of a trial: the trial itself reports it, and another thread reads it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

class Parameters;

// The value of a metric at the time of the call.
struct MetricValue {
  std::string_view name;
  double value;
};

// What a running trial has told about one metric: its last value, and a curve of at most 64 points.
struct ToldMetric {
  std::string name;
  double last = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> step, value;
};

struct RunningTrial {
  std::uint64_t id = 0;
  std::uint64_t step = 0, of = 0;  // of > 0
  std::uint64_t first = 0;         // the step from which it continued, if an earlier run had begun it
  double left = std::numeric_limits<double>::quiet_NaN();  // seconds; NaN as long as no step was made
  std::vector<ToldMetric> told = {};                       // in the order in which they were first told
  std::string about = {};                                  // the parameters that tell it apart

  double share() const { return static_cast<double>(step) / static_cast<double>(of); }
  double share_before() const { return static_cast<double>(first) / static_cast<double>(of); }
};

class TrialProgress {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most_metrics = 6;  // those told first; further ones are not kept

  // `cost`: the expected work of the whole trial. `stop_at`: the step at which a pruned sweep stops it.
  TrialProgress(std::uint64_t id, double cost, const Parameters* params = nullptr,
                std::optional<std::uint64_t> stop_at = {})
      : id(id), cost(cost), params(params), stop_at_(stop_at) {}

  // Reports progress. It costs some nanoseconds and does not affect the trial's result: of the values, only
  // the first ones and those since whose predecessor somebody has looked are kept.
  void tell(std::uint64_t step, std::uint64_t of, std::span<const MetricValue> values = {}) {
    if (of_.load(std::memory_order_relaxed) == 0) begin_counting(step);
    step_.store(step, std::memory_order_relaxed);
    of_.store(of, std::memory_order_release);
    for (const MetricValue& each : values)
      if (Slot* slot = slot_of(each.name); slot && slot->wanted.load(std::memory_order_relaxed))
        keep(*slot, step, each.value);
  }

  // For one reading thread: nothing if the trial has reported nothing. The time left follows from the pace of
  // the later half of its steps so far, since a trial gets faster when other cores have become idle.
  std::optional<RunningTrial> look(Clock::time_point now = Clock::now());

  double seconds(Clock::time_point now = Clock::now()) const {  // since the trial began
    return std::chrono::duration<double>(now - begin_).count();
  }

  const std::uint64_t id;
  const double cost;
  const Parameters* const params;  // valid as long as the trial runs

 private:
  struct Slot {
    std::atomic<bool> wanted{true};
    ToldMetric told;                    // its name is written once, by the trial's thread
    std::uint64_t every = 1, seen = 0;  // every so many values is a point of the curve
  };
  struct Mark {
    Clock::time_point time;
    std::uint64_t step;
  };

  void begin_counting(std::uint64_t step);
  Slot* slot_of(std::string_view name) {
    for (std::size_t i = 0; i < slots_used_; ++i)
      if (slots_[i].told.name == name) return &slots_[i];
    return slots_used_ < most_metrics ? new_slot(name) : nullptr;
  }
  Slot* new_slot(std::string_view name);
  void keep(Slot& slot, std::uint64_t step, double value);
  double seconds_left(std::uint64_t step, std::uint64_t of, Clock::time_point now);

  const Clock::time_point begin_ = Clock::now();
  const std::optional<std::uint64_t> stop_at_;
  std::atomic<std::uint64_t> step_{0}, of_{0}, first_{0};
  std::atomic<Clock::time_point> first_time_{};
  std::vector<Mark> marks_;  // of the reading thread: when it saw the step change

  std::mutex mutex_;  // of what follows, where both threads write or read it
  std::array<Slot, most_metrics> slots_;
  std::size_t slots_used_ = 0;
};

}  // namespace qklab
