// A sweep that grows, run in rounds without a store.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>

#include "core/run/scheduler.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {

// What is finished, by id.
class Memory {
 public:
  // Runs unfinished trials of the sweep, at most `most` of them; whether any was left to run.
  bool run(const Sweep& sweep, std::size_t most) {
    const std::atomic<bool> stop{false};
    bool any = false;
    sweep.for_each([&](const TrialSpec& spec) {
      if (done_.contains(spec.id)) return true;
      any = true;
      if (most-- == 0) return false;
      const Result result = run_trial(sweep.experiment(), spec, stop);
      done_[spec.id] = {spec.id, spec.params, result.status, result.message, result.scalars, {}};
      return true;
    });
    return any;
  }

  FinishedTrials finished() const {
    return [this](const Sweep& sweep) {
      Results results;
      results.experiment = &sweep.experiment();
      for (const auto& [id, record] : done_) results.trials.push_back(record);
      return results;
    };
  }

  // Runs to the end, `step` trials before each look; the final sweep.
  Sweep complete(const Sweep& sweep, std::size_t step) {
    while (run(grow(sweep, finished()), step)) {
    }
    return grow(sweep, finished());
  }

 private:
  std::map<std::uint64_t, TrialRecord> done_;
};

// However many trials are run before each look, the sweep ends as the same one.
inline void check_interruptions(const Sweep& sweep) {
  const std::vector<std::uint64_t> expected = Memory().complete(sweep, 1000000).ids();
  for (const std::size_t step : {1u, 7u, 64u}) CHECK(Memory().complete(sweep, step).ids() == expected);
}

}  // namespace qklab
