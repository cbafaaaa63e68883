// The interface of an experiment: everything that a new one must declare, in one file.
//
// A file of this source tree registers itself. The same file, compiled with -DQKLAB_PLUGIN as a shared
// library, is loaded with --plugin. docs/own-experiment.md explains an example.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/range.hpp"
#include "core/base/stream.hpp"
#include "core/schema/plugin.hpp"
#include "core/schema/schema.hpp"
#include "core/trial/checkpoint.hpp"
#include "core/trial/family.hpp"
#include "core/trial/file_identity.hpp"
#include "core/trial/trial_files.hpp"
#include "core/trial/trial_progress.hpp"

namespace qklab {

// How closely a metric agrees when the same trial is run on another machine.
enum class Bits {
  rounded,  // up to rounding: LAPACK, the C library or xtensor's sums were involved
  exact,    // to the last bit: only sums, products, roots and core/base/elementary.hpp
            // (docs/reproducibility.md)
};

// A number (index empty), or a series of numbers along `index` ("position", "layer"), that a trial records.
// Arrays are stored as .npy files; their index names the axes. The name of a series may stand for a family of
// series, see family.hpp.
struct Metric {
  std::string name;
  std::string unit;
  std::string doc;
  std::string index;
  Bits bits = Bits::rounded;
  // Declared after results had been published: results of earlier versions lack it, which then is no
  // difference.
  bool added_later = false;
  // The values that the definition allows, where both ends are finite: a claim about a mean can then be decided
  // for any distribution.
  std::optional<Range> range = {};
};

struct Array {
  std::vector<std::size_t> shape;
  std::vector<double> data;  // row-major
};

// A pruned trial was stopped on request after some of its steps, see prune.hpp; what it recorded is kept.
enum class Status { done = 1, failed = 2, diverged = 3, pruned = 4 };
std::string_view name_of(Status status);

class Experiment;

// What one trial has recorded. A name that the experiment has not declared, or that is recorded twice, is an
// Error: the trial then counts as failed.
class Result {
 public:
  explicit Result(const Experiment& experiment);

  void scalar(std::string_view name, double value);
  void series(std::string_view name, std::vector<double> value);  // index 1, 2, ...
  void series(std::string_view name, std::vector<double> index, std::vector<double> value);
  void array(std::string_view name, std::vector<std::size_t> shape, std::vector<double> data);
  // Says that the trial has this file, which it wrote by Trial::file.
  void file(std::string_view name);
  // Marks the trial as diverged; what it has recorded so far is kept.
  void diverged(std::string message);
  // Marks the trial as stopped before `step`, as Trial::stop_at() demanded.
  void pruned(std::uint64_t step);

  Status status = Status::done;
  std::string message;  // set for a trial that is not done
  double seconds = 0;
  std::vector<double> scalars;     // in declared order, NaN where none was set
  std::vector<Series> all_series;  // in declared order, empty where none was set, and for families
  Members members;                 // members of families, by name
  std::vector<Array> arrays;       // in declared order, shape empty where none was set
  std::vector<std::string> files;  // by name, in the order in which they were named

 private:
  const Experiment* experiment_;
  std::vector<bool> scalar_set_;
};

// The message of a pruned trial begins with this text. pruned_at returns the step, or nothing for other
// messages.
inline constexpr std::string_view pruned_before = "stopped before step ";
std::optional<std::uint64_t> pruned_at(std::string_view message);

// What a running trial may use. It is valid until `run` returns.
class Trial {
 public:
  // Without a checkpoint nothing is kept of an unfinished trial.
  Trial(const Parameters& parameters, std::uint64_t id, const std::atomic<bool>& stop,
        Checkpoint* checkpoint = nullptr, std::optional<std::uint64_t> stop_at = {},
        TrialProgress* progress = nullptr, const TrialFiles* files = nullptr)
      : params(parameters),
        id(id),
        stop_(stop),
        checkpoint_(checkpoint),
        stop_at_(stop_at),
        progress_(progress),
        files_(files) {}

  const Parameters& params;
  const std::uint64_t id;

  // Random numbers keyed by (seed, trial, purpose): two purposes never share a number.
  Stream stream(std::string_view purpose) const;
  // Random numbers keyed by (seed, key, purpose): they are the same in trials with different parameters, so
  // that differences between these trials are paired. The purpose begins with the experiment's name.
  Stream shared_stream(std::string_view purpose, std::uint64_t key = 0) const;
  // Must be called every few milliseconds of work; throws Cancelled if the user asked to stop.
  void check() const {
    if (stop_.load(std::memory_order_relaxed)) throw Cancelled{};
  }
  // Reports that `step` of `of` steps are done, and the latest values of metrics under any names, as in
  // progress(step, steps, {{"loss", loss}}). Both are shown while the trial runs. One thread may call it as
  // often as it likes; a trial of more than a few seconds should. The result does not depend on it.
  void progress(std::uint64_t step, std::uint64_t of, std::span<const MetricValue> values = {}) const {
    if (progress_) progress_->tell(step, of, values);
  }
  void progress(std::uint64_t step, std::uint64_t of, std::initializer_list<MetricValue> values) const {
    progress(step, of, std::span(values.begin(), values.size()));
  }
  // Runs body(0) .. body(n-1) on all cores that are idle. Results must not depend on the order: write to slot
  // i, and combine the slots afterwards.
  void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) const;

  // For trials of more than half a minute. At the start, saved() returns the state that this trial saved last
  // in a run that ended early. Continuing from it must give the same bits as starting from the beginning.
  std::optional<std::string> saved() const { return checkpoint_ ? checkpoint_->load() : std::nullopt; }
  bool save_due() const { return checkpoint_ && checkpoint_->due(); }  // true every few seconds
  void save(std::string_view state) const {
    if (checkpoint_) checkpoint_->save(state);
  }

  // Writes a file that the experiment declares into the run directory, at once and atomically; a trial that is only
  // computed again, as for a comparison, writes none. Equal trials must write equal bytes. What remains of a trial is what
  // its result names by Result::file.
  void file(std::string_view name, std::string_view bytes) const;
  // Whether the file is there, as after a run that ended early.
  bool has_file(std::string_view name) const;
  bool keeps_files() const { return files_ != nullptr; }

  // For experiments that declare `stops`: save() before this step, report the result with pruned(step), and
  // return. A trial that has fewer steps ends as usual.
  std::optional<std::uint64_t> stop_at() const { return stop_at_; }

 private:
  const std::atomic<bool>& stop_;
  Checkpoint* checkpoint_;
  std::optional<std::uint64_t> stop_at_;
  TrialProgress* progress_;
  const TrialFiles* files_;
};

// A theory that is shown beside a measured metric: both are scalars, or both are series, of the experiment.
struct Overlay {
  std::string metric;
  std::string theory;
  std::string label = "theory";  // in a legend that names a baseline as well
};

// What a metric that is to be low, as a loss is, reaches without what the experiment is about. It is drawn
// beside the metric, and the trials that end no lower are told. All are scalars, or all are series, of the
// experiment.
struct BaselineOverlay {
  std::string metric;
  std::string baseline;
  std::string label;  // what the baseline goes without, as a legend names it: "no attention"
  // The metric with the lowest possible value, if there is one. Where that is the baseline, no trial can end
  // lower, and none is told.
  std::string floor = {};
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
  // Files that trials may leave besides, see trial_files.hpp; the index of a family names its numbers.
  std::vector<Metric> files = {};
  std::vector<Overlay> overlays;
  std::vector<BaselineOverlay> baselines = {};
  // The experiment's own claims, as YAML in the form of a config's `claims:`; a config refers to them by id.
  std::string claims;
  std::function<void(const Trial&, Result&)> run;
  bool stops = false;  // true if run obeys Trial::stop_at(), so that sweeps can be pruned
  // Writes files to `directory` with which others can replicate the trial in their own tools, and a
  // description of these files. `qklab trace` calls it. Optional.
  std::function<void(const Trial&, const std::string& directory)> trace;
  // Expected work of a trial in any unit, so that the longest trials start first. Optional.
  std::function<double(const Parameters&)> cost;
  // The most bytes that a trial needs. A trial that would not fit is refused before it starts, and only as
  // many run at a time as fit together. Optional.
  std::function<double(const Parameters&)> memory;
  // Constraints between parameters: returns a message ("heads must divide dim"), or "". Optional.
  std::function<std::string(const Parameters&)> check;
  std::optional<FileIdentity> plugin = {};  // the library it comes from; set by load_plugin

  const Metric* scalar_metric(std::string_view metric) const;
  const Metric* series_metric(std::string_view metric) const;  // for a member: its family
};

// The experiments that this process knows. They are declared before main and when a plugin is loaded, and
// created when the list is first read. Their parameters are created again if entries were added to registries
// since then, since entries are choices of parameters. Otherwise the list is only read, by any thread.
const std::deque<Experiment>& experiments();  // a deque: references stay valid when plugins are added
const Experiment* find_experiment(std::string_view name);
std::vector<std::string> experiment_names();
// Throws Error if the name is taken or the declaration contradicts itself.
const Experiment& register_experiment(Experiment experiment);
// Like register_experiment, but the experiment is created when the list is read. `plugin`: the library it
// comes from.
void declare_experiment(Experiment (*make)(), std::optional<FileIdentity> plugin = {});

// What a plugin states about itself before any of its C++ code runs.
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
