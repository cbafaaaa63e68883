// The set of trials that a config describes, enumerated lazily: trial k is computed when asked for.
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

// A set of points, each assigning values to the same few parameters (indices into the schema).
// Implementations: the values of one parameter, a zip of axes, a grid (product), a union of grids.
class Axis {
 public:
  using Point = std::vector<std::pair<std::size_t, Value>>;
  virtual ~Axis() = default;
  virtual std::uint64_t size() const = 0;  // saturates at UINT64_MAX
  virtual void append(std::uint64_t i, Point& point) const = 0;
  virtual std::vector<std::size_t> parameters() const = 0;  // which parameters it sets
};

// What decides which trials are run beside or of the grid; see core/strategies.
class Strategy;
using StrategyPointer = std::shared_ptr<const Strategy>;

// Replicates by point, which is the id that the point's trial with the first seed has; the fewest of others.
using Replicates = std::unordered_map<std::uint64_t, std::uint64_t>;

class Sweep {
 public:
  Sweep() = default;

  const Experiment& experiment() const { return *experiment_; }
  // Number of trials of the grid, and of those added, before `where` and before equal trials are merged;
  // saturates.
  std::uint64_t grid_size() const;

  // Calls visit(trial) for each trial in order: axes as written, the last fastest, seeds innermost, then the
  // added points.
  // Points that `where` excludes are left out; of equal trials the first is visited. Stops early when
  // visit returns false. Throws InputError where a point breaks a range or the experiment's `check`, and
  // at the end where `where` has excluded every point.
  void for_each(const std::function<bool(const TrialSpec&)>& visit) const;

  // As for_each, but yields ids alone where that is cheaper; used to resume large sweeps.
  std::vector<std::uint64_t> ids() const;

  // The parameters that vary, in schema order (seed excluded), for legends and labels.
  std::vector<std::size_t> varied() const;
  // Of axes with fewer different values than were asked for, as random ones may have, a line each.
  std::vector<std::string> repetitions() const;
  bool varies_seeds() const;
  const Axis::Point& base() const { return base_; }  // what does not vary, as far as the config sets it
  // Whether each of these has an axis that sets nothing else.
  bool has_own_axes(const std::vector<std::size_t>& parameters) const;

  const std::vector<StrategyPointer>& strategies() const { return strategies_; }
  // The same sweep with these points, each with all seeds, after its grid. Each point sets every parameter of
  // the axes but the seed.
  Sweep with_points(std::vector<Axis::Point> points) const;

  // Whether points have numbers of replicates of their own.
  bool has_replicates() const { return fewest_.has_value(); }
  // The same sweep with so many replicates of these points. Of sweeps that have them alone, as are the next
  // two.
  Sweep with_replicates(Replicates replicates) const;
  std::uint64_t replicates_of(std::uint64_t point) const;
  std::vector<std::uint64_t> points() const;  // in order, each once, before `where`
  // As for_each, with the point that each trial is a replicate of: the id of the trial with the first seed
  // and otherwise the same parameters.
  void for_each_replicate(
      const std::function<void(std::uint64_t point, const TrialSpec& trial)>& visit) const;

  // The same sweep of trials that read these files, whose contents are part of the trials' ids.
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
  std::optional<std::uint64_t> fewest_;  // replicates of a point; the seeds' axis is then as long as the most
  std::shared_ptr<const Replicates> replicates_;  // null where there are none
  std::shared_ptr<const FileIdentities> files_;   // null where there are none
  std::optional<Where> where_;
  Place place_;  // of the sweep, for messages about its points
  Place where_place_;
};

// The identity of a trial: a hash of experiment, version, resolved parameters, and the contents of the files
// that it reads. It does not depend on the order in which parameters are declared or written.
std::uint64_t trial_id(const Experiment& experiment, const Parameters& params,
                       const FileIdentities& files = {});

}  // namespace qklab
