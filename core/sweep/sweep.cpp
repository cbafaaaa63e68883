#include "core/sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "core/sweep/axes.hpp"
#include "core/sweep/data_files.hpp"
#include "core/sweep/enumeration.hpp"
#include "core/sweep/id_set.hpp"

namespace qklab {

namespace {

// Upper limit on the ids for which a set reserves memory at the start; a larger set grows.
constexpr std::uint64_t most_expected = 1'000'000;

}  // namespace

std::uint64_t experiment_hash(const Experiment& experiment) {
  return hash_text(fmt::format("{} version {}", experiment.name, experiment.version));
}

std::uint64_t trial_id(const Experiment& experiment, const Parameters& params, const FileIdentities& files) {
  std::uint64_t sum = experiment_hash(experiment);
  for (std::size_t i = 0; i < params.values().size(); ++i)
    sum += parameter_hash(params.schema()[i], params[i]) + file_hash(params.schema()[i], params, files);
  return mix(sum);
}

std::uint64_t Sweep::size_of(const std::vector<AxisPointer>& axes) const {
  std::uint64_t size = fewest_.value_or(1);
  for (std::size_t i = 0; i + (fewest_ ? 1 : 0) < axes.size(); ++i)
    size = saturating_product(size, axes[i]->size());
  return size;
}

std::uint64_t Sweep::grid_size() const {
  std::uint64_t size = size_of(axes_);
  if (added_) size = saturating_sum(size, size_of(added_axes()));
  if (replicates_)
    for (const auto& [point, count] : *replicates_) size = saturating_sum(size, count - *fewest_);
  return size;
}

std::vector<std::size_t> Sweep::varied() const {
  std::vector<std::size_t> varied;
  for (const AxisPointer& axis : axes_) {
    if (axis->size() == 1) continue;
    for (const std::size_t i : axis->parameters())
      if (experiment_->parameters[i].name != "seed") varied.push_back(i);
  }
  if (added_) {
    for (const std::size_t i : added_->parameters())
      if (experiment_->parameters[i].name != "seed") varied.push_back(i);
  }
  std::ranges::sort(varied);
  varied.erase(std::unique(varied.begin(), varied.end()), varied.end());
  return varied;
}

std::vector<std::string> Sweep::repetitions() const {
  constexpr std::uint64_t most = 1'000'000;  // longer lists are not written by hand, so they are not checked
  std::vector<std::string> lines;
  for (const AxisPointer& axis : axes_) {
    if (axis->parameters().size() != 1 || axis->size() > most) continue;
    std::set<std::string> values;
    for (std::uint64_t i = 0; i < axis->size(); ++i) {
      Axis::Point point;
      axis->append(i, point);
      values.insert(to_text(point.front().second));
    }
    if (values.size() == axis->size()) continue;
    lines.push_back(
        fmt::format("'{}': {} values were asked for, of which {} differ; equal trials are run once",
                    experiment_->parameters[axis->parameters().front()].name, axis->size(), values.size()));
  }
  return lines;
}

bool Sweep::varies_seeds() const {
  const auto seed = experiment_->parameters.find("seed");
  return std::any_of(axes_.begin(), axes_.end(), [&](const AxisPointer& axis) {
    const auto sets = axis->parameters();
    return axis->size() > 1 && std::find(sets.begin(), sets.end(), seed) != sets.end();
  });
}

bool Sweep::has_own_axes(const std::vector<std::size_t>& parameters) const {
  return std::all_of(parameters.begin(), parameters.end(), [&](std::size_t i) {
    return std::any_of(axes_.begin(), axes_.end(), [&](const AxisPointer& axis) {
      return axis->parameters() == std::vector<std::size_t>{i};
    });
  });
}

Sweep Sweep::with_points(std::vector<Axis::Point> points) const {
  Sweep sweep = *this;
  sweep.added_ = points.empty() ? nullptr : points_axis(std::move(points));
  return sweep;
}

std::vector<Axis::Point> Sweep::added_points() const {
  std::vector<Axis::Point> points(added_ ? added_->size() : 0);
  for (std::size_t i = 0; i < points.size(); ++i) added_->append(i, points[i]);
  return points;
}

Sweep Sweep::with_seeds(std::int64_t first, std::uint64_t count) const {
  Sweep sweep = *this;
  sweep.strategies_.clear();
  sweep.fewest_.reset();
  sweep.replicates_ = nullptr;
  const std::size_t seed = *experiment_->parameters.find("seed");
  std::erase_if(sweep.base_, [&](const auto& setting) { return setting.first == seed; });
  if (ends_with_seeds(axes_)) sweep.axes_.pop_back();
  sweep.axes_.push_back(values_axis(
      seed, count, [first](std::uint64_t i) { return Value(first + static_cast<std::int64_t>(i)); }));
  return sweep;
}

Sweep Sweep::only(std::function<bool(const Parameters&)> wanted) const {
  Sweep sweep = *this;
  sweep.wanted_ = std::move(wanted);
  return sweep;
}

Sweep Sweep::with_replicates(Replicates replicates) const {
  Sweep sweep = *this;
  sweep.replicates_ =
      replicates.empty() ? nullptr : std::make_shared<const Replicates>(std::move(replicates));
  return sweep;
}

Sweep Sweep::with_files(FileIdentities files) const {
  Sweep sweep = *this;
  sweep.files_ = files.empty() ? nullptr : std::make_shared<const FileIdentities>(std::move(files));
  return sweep;
}

const FileIdentities& Sweep::files() const {
  static const FileIdentities none;
  return files_ ? *files_ : none;
}

std::uint64_t Sweep::replicates_of(std::uint64_t point) const {
  if (replicates_)
    if (const auto found = replicates_->find(point); found != replicates_->end()) return found->second;
  return *fewest_;
}

std::vector<AxisPointer> Sweep::added_axes() const {
  std::vector<AxisPointer> axes = {added_};
  if (ends_with_seeds(axes_)) axes.push_back(axes_.back());
  return axes;
}

bool Sweep::ends_with_seeds(const std::vector<AxisPointer>& axes) const {
  const std::vector<std::size_t> seed = {*experiment_->parameters.find("seed")};
  return !axes.empty() && axes.back()->parameters() == seed;
}

void Sweep::walk(const std::function<bool(std::uint64_t, const TrialSpec&)>& visit) const {
  IdSet seen(std::min(grid_size(), most_expected));
  bool any = false;
  const auto walk_over = [&](const std::vector<AxisPointer>& axes) {
    Enumeration enumeration(*experiment_, base_, axes, files(), place_);
    const bool seeded = ends_with_seeds(axes);
    std::uint64_t point = 0;
    do {
      const TrialSpec& trial = enumeration.trial();
      const std::uint64_t replicate = seeded ? enumeration.innermost() : 0;
      if (replicate == 0) point = trial.id;
      if (fewest_ && replicate + 1 >= replicates_of(point)) enumeration.skip_innermost();
      if (where_ && !where_->holds(trial.params)) continue;
      if (wanted_ && !wanted_(trial.params)) continue;
      enumeration.check();
      if (!seen.insert(trial.id)) continue;
      any = true;
      if (!visit(point, trial)) return false;
    } while (enumeration.next());
    return true;
  };
  if (!walk_over(axes_)) return;
  if (added_ && !walk_over(added_axes())) return;
  if (any) return;
  if (where_)
    throw InputError(fmt::format("{}: where: '{}' leaves no trial", where_place_.str(), where_->text()));
  throw InputError(fmt::format("{}: no trial of the sweep is wanted", place_.str()));
}

void Sweep::for_each(const std::function<bool(const TrialSpec&)>& visit) const {
  walk([&visit](std::uint64_t, const TrialSpec& trial) { return visit(trial); });
}

void Sweep::for_each_replicate(const std::function<void(std::uint64_t, const TrialSpec&)>& visit) const {
  walk([&visit](std::uint64_t point, const TrialSpec& trial) {
    visit(point, trial);
    return true;
  });
}

std::vector<std::uint64_t> Sweep::points() const {
  std::vector<std::uint64_t> points;
  IdSet seen;
  const auto add_those_of = [&](const std::vector<AxisPointer>& axes) {
    Enumeration enumeration(*experiment_, base_, axes, files(), place_);
    do {
      if (seen.insert(enumeration.trial().id)) points.push_back(enumeration.trial().id);
      enumeration.skip_innermost();
    } while (enumeration.next());
  };
  add_those_of(axes_);
  if (added_) add_those_of(added_axes());
  return points;
}

std::vector<std::uint64_t> Sweep::ids() const {
  std::vector<std::uint64_t> ids;
  for_each([&ids](const TrialSpec& trial) {
    ids.push_back(trial.id);
    return true;
  });
  return ids;
}

}  // namespace qklab
