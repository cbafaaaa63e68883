// The interface of an experiment: everything that a new one has to state, in one file.
//
// In tree the file registers itself. Compiled with -DQKLAB_PLUGIN as a shared library, the same file
// is loaded with --plugin. docs/own-experiment.md walks through one.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "core/schema/plugin.hpp"
#include "core/schema/schema.hpp"
#include "core/trial/checkpoint.hpp"
#include "core/trial/family.hpp"
#include "core/trial/file_identity.hpp"
#include "core/trial/trial_progress.hpp"

namespace qklab {

// How equal a metric is where the same trial is run on another machine.
enum class Bits {
  rounded,  // up to rounding: LAPACK, the C library or xtensor's sums had a part in it
  exact,    // to the last bit: sums, products, roots and core/base/elementary.hpp alone
            // (docs/reproducibility.md)
};

// A number (index empty), or a series of numbers along `index` ("position", "layer"), that a trial
// yields. Arrays are stored as .npy files; their index says what the axes are. A series' name may stand for a
// family of them, see family.hpp.
struct Metric {
  std::string name;
  std::string unit;
  std::string doc;
  std::string index;
  Bits bits = Bits::rounded;
};

struct Array {
  std::vector<std::size_t> shape;
  std::vector<double> data;  // row-major
};

// pruned: stopped on request after some of its steps, see prune.hpp; what was recorded until then is kept.
enum class Status { done = 1, failed = 2, diverged = 3, pruned = 4 };
std::string_view name_of(Status status);

// What one trial yields. A name that the experiment has not declared is an Error, as is a second value
// for one name: both show as a failed trial.
class Experiment;
class Result {
 public:
  explicit Result(const Experiment& experiment);

  void scalar(std::string_view name, double value);
  void series(std::string_view name, std::vector<double> value);  // index 1, 2, ...
  void series(std::string_view name, std::vector<double> index, std::vector<double> value);
  void array(std::string_view name, std::vector<std::size_t> shape, std::vector<double> data);
  // Marks the trial as diverged; what was recorded so far is kept.
  void diverged(std::string message);
  // Marks the trial as stopped before this step, as Trial::stop_at() told it to.
  void pruned(std::uint64_t step);

  Status status = Status::done;
  std::string message;  // of a trial that is not done
  double seconds = 0;
  std::vector<double> scalars;     // in declared order, NaN where none was set
  std::vector<Series> all_series;  // in declared order, empty where none was set, and for families
  Members members;                 // of families, by name
  std::vector<Array> arrays;       // in declared order, shape empty where none was set

 private:
  const Experiment* experiment_;
  std::vector<bool> scalar_set_;
};

// The step in the message of a pruned trial; nothing in other messages.
inline constexpr std::string_view pruned_before = "stopped before step ";
std::optional<std::uint64_t> pruned_at(std::string_view message);

// What a running trial may use. Valid until `run` returns.
class Trial {
 public:
  // Without a checkpoint nothing is kept of a trial that does not finish.
  Trial(const Parameters& parameters, std::uint64_t id, const std::atomic<bool>& stop,
        Checkpoint* checkpoint = nullptr, std::optional<std::uint64_t> stop_at = {},
        TrialProgress* progress = nullptr)
      : params(parameters),
        id(id),
        stop_(stop),
        checkpoint_(checkpoint),
        stop_at_(stop_at),
        progress_(progress) {}

  const Parameters& params;
  const std::uint64_t id;

  // Random numbers keyed by (seed, trial, purpose): two purposes never share a number.
  Stream stream(std::string_view purpose) const;
  // To be called every few milliseconds of work; throws Cancelled when the user asked to stop.
  void check() const {
    if (stop_.load(std::memory_order_relaxed)) throw Cancelled{};
  }
  // How far it is, for those who wait: `step` steps of `of` are done. Called as often as you like, by one
  // thread; a trial of over a few seconds should, and what it yields does not depend on it.
  void progress(std::uint64_t step, std::uint64_t of) const {
    if (progress_) progress_->tell(step, of);
  }
  // body(0) .. body(n-1) on whatever cores are idle. Results must not depend on the order: write to
  // slot i, and combine the slots afterwards.
  void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) const;

  // For trials of over half a minute. saved() at the start: the state that this very trial saved last, in a
  // run that was ended before the trial was. It must lead to bitwise the same result as from the start.
  std::optional<std::string> saved() const { return checkpoint_ ? checkpoint_->load() : std::nullopt; }
  bool save_due() const { return checkpoint_ && checkpoint_->due(); }  // every few seconds
  void save(std::string_view state) const {
    if (checkpoint_) checkpoint_->save(state);
  }

  // Of experiments that declare `stops`: save() before this step, tell the result with pruned(step), and
  // return. A trial that has fewer steps ends as ever.
  std::optional<std::uint64_t> stop_at() const { return stop_at_; }

 private:
  const std::atomic<bool>& stop_;
  Checkpoint* checkpoint_;
  std::optional<std::uint64_t> stop_at_;
  TrialProgress* progress_;
};

// Theory that stands beside what is measured: both scalars, or both series, of the experiment.
struct Overlay {
  std::string metric;
  std::string theory;
};

class Experiment {
 public:
  std::string name;
  int version = 1;  // part of a trial's identity: raise it when results change
  std::string doc;
  Schema parameters;  // `seed` is added by the registry
  std::vector<Metric> scalars;
  std::vector<Metric> series;
  std::vector<Metric> arrays;
  std::vector<Overlay> overlays;
  // The experiment's own claims, in YAML as under a config's `claims:`; a config names them by id.
  std::string claims;
  std::function<void(const Trial&, Result&)> run;
  bool stops = false;  // whether run heeds Trial::stop_at(), so that sweeps can be pruned
  // Writes files to `directory` from which others can replicate the trial with their own tools, and documents
  // itself there; `qklab trace` calls it. Optional.
  std::function<void(const Trial&, const std::string& directory)> trace;
  // Expected work of a trial in any unit, so that the longest start first. Optional.
  std::function<double(const Parameters&)> cost;
  // Bytes that a trial needs at most. One that would not fit is refused before it starts, and no more run at
  // a time than fit together. Optional.
  std::function<double(const Parameters&)> memory;
  // Constraints between parameters ("heads must divide dim"): a message, or "". Optional.
  std::function<std::string(const Parameters&)> check;
  std::optional<FileIdentity> plugin = {};  // the library that it was loaded from; set by load_plugin

  const Metric* scalar_metric(std::string_view metric) const;
  const Metric* series_metric(std::string_view metric) const;  // of a member: its family
};

// The experiments that this process knows, by name. Declarations happen before main and when a plugin is
// loaded. They are made when the list is first read, and parameters again when entries were added to
// registries since, as these say what can be chosen. From then on it is only read, by any thread.
const std::deque<Experiment>& experiments();  // a deque: places stay valid when plugins are added
const Experiment* find_experiment(std::string_view name);
std::vector<std::string> experiment_names();
// Throws Error where the name is taken or the declaration contradicts itself.
const Experiment& register_experiment(Experiment experiment);
// The same, once the list is read. `plugin`: the library that it is of.
void declare_experiment(Experiment (*make)(), std::optional<FileIdentity> plugin = {});

// What a plugin tells about itself before any of its C++ is run.
struct PluginHeader {
  int abi;
  const char* compiler;
  Experiment (*make)();
};

}  // namespace qklab

#ifdef QKLAB_PLUGIN
#define QKLAB_EXPERIMENT(make_function) \
  extern "C" const qklab::PluginHeader qklab_plugin{qklab::plugin_abi, __VERSION__, &make_function};
#else
#define QKLAB_EXPERIMENT(make_function) \
  [[maybe_unused]] static const bool qklab_declared = (qklab::declare_experiment(&make_function), true);
#endif
