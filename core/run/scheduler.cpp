#include "core/run/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/run/remaining.hpp"
#include "core/run/usable_cores.hpp"
#include "core/run/worker.hpp"
#include "core/sweep/telling.hpp"
#include "core/system/threads.hpp"

namespace qklab {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_around{20};  // interval at which the stop request is checked
constexpr std::chrono::milliseconds linger{5};        // how long a finished trial may wait for others
constexpr std::chrono::milliseconds report_every{100};
constexpr std::size_t foreseen = 256;  // trials whose places in the schedule are foreseen one by one

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void count(const std::vector<Store::Finished>& batch, Progress& progress) {
  for (const Store::Finished& finished : batch) {
    switch (finished.result.status) {
      case Status::done:
        ++progress.done;
        break;
      case Status::failed:
        ++progress.failed;
        break;
      case Status::diverged:
        ++progress.diverged;
        break;
      case Status::pruned:
        ++progress.pruned;
        break;
    }
  }
}

// The seconds that a trial has left. Its first steps say less than what finished trials took, which `by_others` follows
// from.
double blended(double own, const RunningTrial& trial, double by_others) {
  constexpr double enough = 0.1;  // share of its steps
  const double weight = std::min(1.0, (trial.share() - trial.share_before()) / enough);
  if (!std::isfinite(by_others)) return own;
  return std::isfinite(own) ? weight * own + (1 - weight) * by_others : by_others;
}

// The part of run_trials that runs while workers work.
class Coordinator {
 public:
  Coordinator(Run& run, const Sweep& sweep, Store& store, const RunOptions& options, std::size_t jobs,
              const std::atomic<bool>& stop, Clock::time_point begin, RunOutcome& outcome)
      : run_(run),
        sweep_(sweep),
        store_(store),
        options_(options),
        jobs_(jobs),
        stop_(stop),
        begin_(begin),
        outcome_(outcome),
        progress_(outcome.progress),
        work_(outcome.progress.work) {}

  void write_until_done() {
    while (true) {
      // Read before the mailbox: everything that a worker sent before it left is then in the mailbox.
      const bool all_left = run_.working == 0;
      const auto batch =
          run_.mailbox.take(Clock::now() + (all_left ? Clock::duration{0} : look_around), linger);
      if (!batch.empty()) write(batch);
      look_at_stop();
      if (Clock::now() >= next_report_) report();
      if (!batch.empty()) continue;
      if (all_left) break;
      if (Clock::now() >= deadline_) {
        outcome_.abandoned = true;
        run_.mailbox.close();
        break;
      }
    }
    report();
  }

  // Called after an error: nothing more is written.
  void wait_for_workers() {
    run_.halt = true;
    run_.mailbox.close();
    while (run_.working > 0 && Clock::now() < deadline_) {
      std::this_thread::sleep_for(look_around);
      look_at_stop();
    }
  }

 private:
  void write(const std::vector<Store::Finished>& batch) {
    store_.put(run_.experiment, batch);
    for (const Store::Finished& finished : batch)
      if (!finished.checkpoint.empty()) std::remove(finished.checkpoint.c_str());
    count(batch, progress_);
    if (!options_.on_failure) return;
    for (const Store::Finished& finished : batch)
      if (finished.result.status == Status::failed || finished.result.status == Status::diverged)
        options_.on_failure(finished.spec, finished.result);
  }

  void look_at_stop() {
    if (!stop_ || deadline_ != Clock::time_point::max()) return;
    run_.halt = true;
    deadline_ = Clock::now() + options_.grace;
  }

  void look_at_running() {
    progress_.work = work_;
    progress_.work_done = run_.work_done;
    progress_.running.clear();
    const Pace finished{run_.seconds_spent, run_.work_done};
    Pace pace = finished;
    std::vector<double> left;
    std::vector<const TrialProgress*> silent;
    const std::lock_guard lock(run_.mutex);
    for (TrialProgress* each : run_.under_way) {
      auto now = each->look();
      if (!now) {
        silent.push_back(each);
        continue;
      }
      const double done = each->cost * (now->share() - now->share_before());
      progress_.work -= each->cost * now->share_before();
      progress_.work_done += done;
      if (done > 0) pace.add(each->seconds(), done);
      now->left = blended(now->left, *now, finished.seconds_of(each->cost * (1 - now->share())));
      left.push_back(now->left);
      if (each->params) now->about = telling().text(*each->params);
      progress_.running.push_back(std::move(*now));
    }
    std::sort(progress_.running.begin(), progress_.running.end(),
              [](const RunningTrial& a, const RunningTrial& b) { return a.share() > b.share(); });
    for (const TrialProgress* each : silent) {
      const double whole = pace.seconds_of(each->cost), spent = each->seconds();
      left.push_back(whole < spent ? 0 : whole - spent);
    }
    look_ahead(pace, std::move(left));
  }

  // `under_way`: what the trials under way still need.
  void look_ahead(const Pace& pace, std::vector<double> under_way) {
    const std::size_t all = run_.trials.size(), begun = std::min<std::size_t>(run_.next, all);
    while (counted_ < begun) cost_to_come_ -= cost_at(counted_++);
    double rest = cost_to_come_;
    std::vector<double> next;
    for (std::size_t i = begun; i < std::min(begun + foreseen, all); ++i) {
      next.push_back(pace.seconds_of(cost_at(i)));
      rest -= cost_at(i);
    }
    rest = begun + foreseen < all ? pace.seconds_of(rest) : 0;  // differences of sums are not exactly 0
    progress_.left = remaining_seconds(std::move(under_way), next, rest, jobs_);
  }

  double cost_at(std::size_t position) const {
    return run_.order.empty() ? 1 : run_.costs[run_.order[position]];
  }

  const Telling& telling() {
    if (!telling_) telling_.emplace(sweep_);
    return *telling_;
  }

  void report() {
    progress_.seconds = seconds_since(begin_);
    look_at_running();
    next_report_ = Clock::now() + report_every;
    if (options_.on_progress) options_.on_progress(progress_);
  }

  Run& run_;
  const Sweep& sweep_;
  Store& store_;
  const RunOptions& options_;
  const std::size_t jobs_;
  const std::atomic<bool>& stop_;
  const Clock::time_point begin_;
  RunOutcome& outcome_;
  Progress& progress_;
  const double work_;            // of all trials
  double cost_to_come_ = work_;  // of all trials but the first counted_ ones
  std::size_t counted_ = 0;
  std::optional<Telling> telling_;
  Clock::time_point next_report_ = begin_;
  Clock::time_point deadline_ = Clock::time_point::max();  // for running trials, after a stop
};

}  // namespace

double Progress::rate() const { return seconds > 0 ? static_cast<double>(finished()) / seconds : 0; }

double Progress::eta_seconds() const {
  if (finished() == total) return 0;
  if (std::isfinite(left)) return left;
  // If all costs are 0, 0 / 0 gives NaN: nothing is known.
  return work_done > 0 ? seconds * (work - work_done) / work_done : std::numeric_limits<double>::quiet_NaN();
}

RunOutcome run_trials(const Sweep& sweep, Store& store, const RunOptions& options,
                      const std::atomic<bool>& stop) {
  const auto begin = Clock::now();
  const auto run = std::make_shared<Run>(sweep, options, stop);
  RunOutcome outcome;
  outcome.progress.resumed = plan(sweep, store, options, *run);
  const std::size_t total = run->trials.size();
  outcome.progress.total = total;
  outcome.progress.work = run->costs.empty() ? static_cast<double>(total)
                                             : std::accumulate(run->costs.begin(), run->costs.end(), 0.0);

  const std::size_t jobs = options.jobs > 0 ? options.jobs : usable_cores();
  Workers workers(jobs);
  run->working = std::min(jobs, total);
  for (std::size_t i = 0; i < std::min(jobs, total); ++i) workers.start(work, run);

  Coordinator coordinator(*run, sweep, store, options, jobs, stop, begin, outcome);
  try {
    coordinator.write_until_done();
  } catch (...) {
    coordinator.wait_for_workers();
    throw;
  }
  const std::lock_guard lock(run->mutex);
  if (run->error) {
    try {
      std::rethrow_exception(run->error);
    } catch (const Error& error) {
      throw Error(
          fmt::format("{}: {} finished trials are safe; once there is room, run the same command again",
                      error.what(), outcome.progress.resumed + outcome.progress.finished()));
    }
  }
  outcome.interrupted = run->cut_short || (stop && outcome.progress.finished() < total);
  outcome.failed_fast =
      options.fail_fast && outcome.progress.failed > 0 && outcome.progress.finished() < total;
  return outcome;
}

}  // namespace qklab
