// The progress of a trial: the trial itself reports it, and another thread reads it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace qklab {

struct RunningTrial {
  std::uint64_t id = 0;
  std::uint64_t step = 0, of = 0;  // of > 0
  std::uint64_t first = 0;         // the step from which it continued, if an earlier run had begun it

  double share() const { return static_cast<double>(step) / static_cast<double>(of); }
  double share_before() const { return static_cast<double>(first) / static_cast<double>(of); }
};

class TrialProgress {
 public:
  // `cost`: the expected work of the whole trial.
  TrialProgress(std::uint64_t id, double cost) : id(id), cost(cost) {}

  // Reports progress. It costs a few nanoseconds and does not affect the trial's result.
  void tell(std::uint64_t step, std::uint64_t of) {
    if (of_.load(std::memory_order_relaxed) == 0) first_.store(step, std::memory_order_relaxed);
    step_.store(step, std::memory_order_relaxed);
    of_.store(of, std::memory_order_release);
  }

  std::optional<RunningTrial> now() const {  // nothing if the trial has reported nothing
    const std::uint64_t of = of_.load(std::memory_order_acquire);
    const std::uint64_t step = step_.load(std::memory_order_relaxed);
    if (of == 0) return std::nullopt;
    return RunningTrial{id, step < of ? step : of, of, first_.load(std::memory_order_relaxed)};
  }

  const std::uint64_t id;
  const double cost;

 private:
  std::atomic<std::uint64_t> step_{0}, of_{0}, first_{0};
};

}  // namespace qklab
