#include "core/trial/trial_progress.hpp"

#include <algorithm>

namespace qklab {

namespace {

constexpr std::size_t most_points = 64, kept_at_once = 32;

// Keeps the first of each two.
template <class T> void halve(std::vector<T>& list) {
  for (std::size_t i = 0; 2 * i < list.size(); ++i) list[i] = list[2 * i];
  list.resize((list.size() + 1) / 2);
}

double seconds_between(TrialProgress::Clock::time_point from, TrialProgress::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

void TrialProgress::begin_counting(std::uint64_t step) {
  first_.store(step, std::memory_order_relaxed);
  first_time_.store(Clock::now(), std::memory_order_relaxed);
}

TrialProgress::Slot* TrialProgress::new_slot(std::string_view name) {
  const std::lock_guard lock(mutex_);
  slots_[slots_used_].told.name = name;
  return &slots_[slots_used_++];
}

void TrialProgress::keep(Slot& slot, std::uint64_t step, double value) {
  const std::lock_guard lock(mutex_);
  ToldMetric& told = slot.told;
  told.last = value;
  if (slot.seen++ % slot.every == 0) {
    told.step.push_back(static_cast<double>(step));
    told.value.push_back(value);
  }
  if (told.step.size() == most_points) {
    halve(told.step);
    halve(told.value);
    slot.every *= 2;
  }
  if (slot.seen >= kept_at_once) slot.wanted.store(false, std::memory_order_relaxed);
}

std::optional<RunningTrial> TrialProgress::look(Clock::time_point now) {
  const std::uint64_t of = of_.load(std::memory_order_acquire);
  if (of == 0) return std::nullopt;
  RunningTrial trial;
  trial.id = id;
  trial.of = of;
  trial.step = std::min(step_.load(std::memory_order_relaxed), of);
  trial.first = std::min(first_.load(std::memory_order_relaxed), of);
  trial.left = seconds_left(trial.step, stop_at_ ? std::min(*stop_at_, of) : of, now);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < slots_used_; ++i) {
    trial.told.push_back(slots_[i].told);
    slots_[i].wanted.store(true, std::memory_order_relaxed);
  }
  return trial;
}

double TrialProgress::seconds_left(std::uint64_t step, std::uint64_t of, Clock::time_point now) {
  // A trial of several parts may begin to count anew.
  if (!marks_.empty() && step < marks_.back().step) marks_ = {{now, step}};
  if (marks_.empty())
    marks_.push_back({first_time_.load(std::memory_order_relaxed), first_.load(std::memory_order_relaxed)});
  if (step > marks_.back().step) marks_.push_back({now, step});
  if (marks_.size() == most_points) {
    const Mark latest = marks_.back();
    halve(marks_);
    marks_.push_back(latest);  // which stood at an odd place and was dropped
  }
  const Mark& last = marks_.back();
  if (last.step <= marks_.front().step) return std::numeric_limits<double>::quiet_NaN();
  const std::uint64_t middle = marks_.front().step + (last.step - marks_.front().step) / 2;
  auto from = std::ranges::upper_bound(marks_, middle, {}, &Mark::step) - 1;
  const double a_step = seconds_between(from->time, last.time) / static_cast<double>(last.step - from->step);
  const double left = a_step * static_cast<double>(of - std::min(step, of));
  return std::max(0.0, left - seconds_between(last.time, now));
}

}  // namespace qklab
