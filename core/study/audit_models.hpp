// Runs the trials that claims read, as they are or as a null model, in memory.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "core/claims/audit/null_models.hpp"
#include "core/directory/loaded.hpp"
#include "core/run/scheduler.hpp"

namespace qklab {

struct ModelRequest {
  std::size_t jobs = 0;                                // trials at a time; 0: one per usable core
  std::function<void(const Progress&)> progress = {};  // about 10 times a second, in the calling thread
};

// The trials of the config's sweep that any of its claims reads. With a model their results are those of the null
// model, but they keep their parameters: claims are judged as if nothing were missing. A sweep that grows has the trials
// with which it begins. Nothing is stored. Nothing is returned if the experiment has no such model. Throws Cancelled
// once `stop` is set.
std::optional<Results> run_model(const Loaded& loaded, const NullModel* model, const ModelRequest& request,
                                 const std::atomic<bool>& stop);

// The same for the trials of results that there are.
std::optional<Results> run_model(const Results& results, const Loaded& loaded, const NullModel& model,
                                 const ModelRequest& request, const std::atomic<bool>& stop);

}  // namespace qklab
