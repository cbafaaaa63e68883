#include "core/study/audit_models.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "core/run/usable_cores.hpp"

namespace qklab {
namespace {

using Clock = std::chrono::steady_clock;

struct Job {
  TrialSpec said;  // what claims take the trial for
  TrialSpec ran;
};

// Each job once, on several threads; results in the jobs' order.
std::vector<Result> run_jobs(const Experiment& experiment, const std::vector<Job>& jobs,
                             const ModelRequest& request, const std::atomic<bool>& stop) {
  std::vector<std::optional<Result>> found(jobs.size());
  std::atomic<std::size_t> next{0}, done{0}, working{0};
  std::exception_ptr problem;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < jobs.size() && !stop; i = next++) {
        found[i] = run_trial(experiment, jobs[i].ran, stop);
        ++done;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      problem = std::current_exception();
    }
    --working;
  };
  const Clock::time_point begin = Clock::now();
  working = std::min(request.jobs > 0 ? request.jobs : usable_cores(), std::max<std::size_t>(jobs.size(), 1));
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = working; i > 0; --i) threads.emplace_back(work);
    while (working > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (!request.progress) continue;
      Progress progress;
      progress.total = jobs.size();
      progress.done = done;
      progress.work = static_cast<double>(jobs.size());
      progress.work_done = static_cast<double>(done);
      progress.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      request.progress(progress);
    }
  }
  if (problem) std::rethrow_exception(problem);
  if (stop) throw Cancelled{};
  std::vector<Result> results;
  for (std::optional<Result>& each : found) results.push_back(std::move(*each));
  return results;
}

std::optional<Results> run_as(const std::vector<TrialSpec>& trials, const Loaded& loaded,
                              const NullModel* model, const ModelRequest& request,
                              const std::atomic<bool>& stop) {
  const Experiment& experiment = *loaded.config.experiment;
  const auto read = [&](const TrialSpec& trial) {
    return std::ranges::any_of(loaded.claims,
                               [&](const Claim& claim) { return !claim.check && claim.reads(trial.params); });
  };
  std::vector<Job> jobs;
  for (const TrialSpec& trial : trials) {
    if (!read(trial)) continue;
    if (!model) {
      jobs.push_back({trial, trial});
      continue;
    }
    std::optional<Parameters> params = with_null(*model, experiment, trial.params);
    if (!params) return std::nullopt;
    const std::uint64_t id = trial_id(experiment, *params, loaded.config.sweep.files());
    jobs.push_back({trial, {id, std::move(*params)}});
  }
  std::vector<Result> found = run_jobs(experiment, jobs, request, stop);
  Results results;
  results.experiment = &experiment;
  for (const Metric& metric : experiment.series) results.loaded_series.push_back(metric.name);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Result& result = found[i];
    results.trials.push_back({jobs[i].said.id, jobs[i].said.params, result.status, result.message,
                              std::move(result.scalars), std::move(result.all_series),
                              std::move(result.members)});
  }
  return results;
}

}  // namespace

std::optional<Results> run_model(const Loaded& loaded, const NullModel* model, const ModelRequest& request,
                                 const std::atomic<bool>& stop) {
  std::vector<TrialSpec> trials;
  loaded.config.sweep.for_each([&](const TrialSpec& trial) {
    trials.push_back(trial);
    return true;
  });
  return run_as(trials, loaded, model, request, stop);
}

std::optional<Results> run_model(const Results& results, const Loaded& loaded, const NullModel& model,
                                 const ModelRequest& request, const std::atomic<bool>& stop) {
  std::vector<TrialSpec> trials;
  for (const TrialRecord& trial : results.trials) trials.push_back({trial.id, trial.params});
  return run_as(trials, loaded, &model, request, stop);
}

}  // namespace qklab
