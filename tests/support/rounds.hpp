// Runs a sweep that grows in rounds, without a store.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>

#include "core/run/scheduler.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {

// Finished trials, by id.
class Memory {
 public:
  // Runs unfinished trials of the sweep, at most `most` of them. Returns whether there was any to run.
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

  // Runs until nothing is added, with at most `step` trials between two calls of grow(). Returns the final
  // sweep.
  Sweep complete(const Sweep& sweep, std::size_t step) {
    while (run(grow(sweep, finished()), step)) {
    }
    return grow(sweep, finished());
  }

 private:
  std::map<std::uint64_t, TrialRecord> done_;
};

// The final sweep must be the same, however many trials are run between two calls of grow().
inline void check_interruptions(const Sweep& sweep) {
  const std::vector<std::uint64_t> expected = Memory().complete(sweep, 1000000).ids();
  for (const std::size_t step : {1u, 7u, 64u}) CHECK(Memory().complete(sweep, step).ids() == expected);
}

}  // namespace qklab
