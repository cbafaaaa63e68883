// The set of trials that a config describes. It is enumerated lazily: trial k is computed on demand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/sweep/where.hpp"
#include "core/trial/experiment.hpp"
#include "core/trial/file_identity.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {

// A set of points, each of which sets values of the same few parameters (indices into the schema).
// Implementations: the values of one parameter, a zip of axes, a grid (product), a union of grids.
class Axis {
 public:
  using Point = std::vector<std::pair<std::size_t, Value>>;
  virtual ~Axis() = default;
  virtual std::uint64_t size() const = 0;  // saturates at UINT64_MAX
  virtual void append(std::uint64_t i, Point& point) const = 0;
  virtual std::vector<std::size_t> parameters() const = 0;  // which parameters it sets
};

// Decides which trials are run in addition to the grid, or which of the grid's; see core/strategies.
class Strategy;
using StrategyPointer = std::shared_ptr<const Strategy>;

// Numbers of replicates by point, which is identified by the id of its trial with the first seed. Points that
// are not listed have the fewest.
using Replicates = std::unordered_map<std::uint64_t, std::uint64_t>;

class Sweep {
 public:
  Sweep() = default;

  const Experiment& experiment() const { return *experiment_; }
  // Number of trials of the grid and of added points, before `where` and before equal trials are merged;
  // saturates.
  std::uint64_t grid_size() const;

  // Calls visit(trial) for each trial in order: axes as written, the last fastest, seeds innermost, then the
  // added points. Points that `where` excludes are left out; of equal trials only the first is visited. Stops
  // early when visit returns false. Throws InputError if a point violates a range or the experiment's
  // `check`, and at the end if `where` has excluded every point.
  void for_each(const std::function<bool(const TrialSpec&)>& visit) const;

  // Like for_each, but yields only ids, which is cheaper; used to resume large sweeps.
  std::vector<std::uint64_t> ids() const;

  // The parameters that vary, in schema order, without the seed; for legends and labels.
  std::vector<std::size_t> varied() const;
  // One line for each axis that has fewer different values than were asked for, as random ones may have.
  std::vector<std::string> repetitions() const;
  bool varies_seeds() const;
  const Axis::Point& base() const { return base_; }  // what the config sets to a single value
  // Whether each of these parameters has an axis that sets nothing else.
  bool has_own_axes(const std::vector<std::size_t>& parameters) const;

  const std::vector<StrategyPointer>& strategies() const { return strategies_; }
  // The same sweep with these points, each with all seeds, after its grid. Each point sets every parameter of
  // the axes except the seed.
  Sweep with_points(std::vector<Axis::Point> points) const;
  std::vector<Axis::Point> added_points() const;  // those that with_points has added

  // The same points, each with `count` seeds from `first` on instead of its own. Strategies are left out, so
  // that nothing is added or pruned any more. No axis may set the seed together with other parameters.
  Sweep with_seeds(std::int64_t first, std::uint64_t count) const;
  // The same sweep with only those trials for which `wanted` is true.
  Sweep only(std::function<bool(const Parameters&)> wanted) const;

  // Whether points have individual numbers of replicates.
  bool has_replicates() const { return fewest_.has_value(); }
  // The same sweep with these numbers of replicates. This and the next two need has_replicates().
  Sweep with_replicates(Replicates replicates) const;
  std::uint64_t replicates_of(std::uint64_t point) const;
  std::vector<std::uint64_t> points() const;  // ids of points in order, each once, before `where`
  // Like for_each, with the point of each trial: the id of the trial with the same parameters and the first
  // seed.
  void for_each_replicate(
      const std::function<void(std::uint64_t point, const TrialSpec& trial)>& visit) const;

  // The same sweep for trials that read these files; the files' contents become part of the trials' ids.
  Sweep with_files(FileIdentities files) const;
  const FileIdentities& files() const;

 private:
  friend class SweepBuilder;
  std::vector<std::shared_ptr<const Axis>> added_axes() const;
  bool ends_with_seeds(const std::vector<std::shared_ptr<const Axis>>& axes) const;
  std::uint64_t size_of(const std::vector<std::shared_ptr<const Axis>>& axes) const;
  void walk(const std::function<bool(std::uint64_t point, const TrialSpec& trial)>& visit) const;

  const Experiment* experiment_ = nullptr;
  Axis::Point base_;                               // values written under params:, by schema index
  std::vector<std::shared_ptr<const Axis>> axes_;  // the seeds' axis last
  std::shared_ptr<const Axis> added_;              // points after the grid; null where there are none
  std::vector<StrategyPointer> strategies_;
  std::optional<std::uint64_t> fewest_;  // replicates of a point; the seeds' axis has room for the most
  std::shared_ptr<const Replicates> replicates_;  // null where there are none
  std::shared_ptr<const FileIdentities> files_;   // null where there are none
  std::optional<Where> where_;
  std::function<bool(const Parameters&)> wanted_;  // empty where all trials are
  Place place_;  // where the sweep is written, for messages about its points
  Place where_place_;
};

// The identity of a trial: a hash of experiment, version, resolved parameters, and the contents of the files
// that it reads. The order in which parameters are declared or written does not matter.
std::uint64_t trial_id(const Experiment& experiment, const Parameters& params,
                       const FileIdentities& files = {});

}  // namespace qklab
