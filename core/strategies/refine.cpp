#include "core/strategies/refine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include "core/schema/plugin.hpp"
#include "core/sweep/axes.hpp"

namespace qklab {
namespace {

constexpr std::size_t most_generations = 40;  // a cell is then narrower than a double resolves

using Coordinates = std::array<double, 2>;  // the second is 0 if only one axis is refined
struct Cell {
  Coordinates low, high;
};

// The one or two axes of a sweep.
class Plane {
 public:
  explicit Plane(const Sweep& sweep) : parameters_(sweep.varied()) {
    std::vector<std::set<double>> values(parameters_.size());
    std::set<Value> seeds;
    const std::size_t seed = *sweep.experiment().parameters.find("seed");
    sweep.for_each([&](const TrialSpec& trial) {
      for (std::size_t k = 0; k < parameters_.size(); ++k) values[k].insert(coordinate(trial.params, k));
      seeds.insert(trial.params[seed]);
      return true;
    });
    seeds_ = seeds.size();
    for (const auto& axis : values) {
      axes_.emplace_back(axis.begin(), axis.end());
      logarithmic_.push_back(is_logarithmic(axes_.back()));
    }
  }

  std::uint64_t seeds() const { return seeds_; }

  Coordinates place(const Parameters& params) const {
    Coordinates at{};
    for (std::size_t k = 0; k < axes_.size(); ++k) at[k] = coordinate(params, k);
    return at;
  }

  Axis::Point point(const Coordinates& at) const {
    Axis::Point point;
    for (std::size_t k = 0; k < axes_.size(); ++k) point.emplace_back(parameters_[k], Value(at[k]));
    return point;
  }

  std::vector<Cell> cells() const {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i + 1 < axes_[0].size(); ++i) {
      if (axes_.size() == 1) cells.push_back({{axes_[0][i], 0}, {axes_[0][i + 1], 0}});
      for (std::size_t j = 0; axes_.size() == 2 && j + 1 < axes_[1].size(); ++j)
        cells.push_back({{axes_[0][i], axes_[1][j]}, {axes_[0][i + 1], axes_[1][j + 1]}});
    }
    return cells;
  }

  // Corners of the parts into which a cell is halved along each axis: 3, or 3 x 3 coordinates. Empty if the
  // cell is too narrow.
  std::vector<std::vector<double>> halved(const Cell& cell) const {
    std::vector<std::vector<double>> lines;
    for (std::size_t k = 0; k < axes_.size(); ++k) {
      const double low = cell.low[k], high = cell.high[k];
      const double middle = logarithmic_[k] ? logspace(low, high, 3, 1) : linspace(low, high, 3, 1);
      if (!(low < middle && middle < high)) return {};
      lines.push_back({low, middle, high});
    }
    return lines;
  }

 private:
  double coordinate(const Parameters& params, std::size_t k) const {
    return std::get<double>(params[parameters_[k]]);
  }

  static bool is_logarithmic(const std::vector<double>& values) {
    if (values.size() < 3 || values.front() <= 0) return false;
    const double ratio = values[1] / values[0];
    for (std::size_t i = 1; i + 1 < values.size(); ++i)
      if (std::abs(values[i + 1] / values[i] - ratio) > 1e-6 * ratio) return false;
    return true;
  }

  std::vector<std::size_t> parameters_;
  std::vector<std::vector<double>> axes_;  // ascending
  std::vector<bool> logarithmic_;
  std::uint64_t seeds_ = 0;
};

// Every combination of one coordinate from each line.
std::vector<Coordinates> combinations(const std::vector<std::vector<double>>& lines) {
  std::vector<Coordinates> all;
  for (const double x : lines[0]) {
    if (lines.size() == 1) all.push_back({x, 0});
    for (std::size_t j = 0; lines.size() == 2 && j < lines[1].size(); ++j) all.push_back({x, lines[1][j]});
  }
  return all;
}

std::vector<Cell> parts(const std::vector<std::vector<double>>& lines) {
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < 2; ++i) {
    if (lines.size() == 1) cells.push_back({{lines[0][i], 0}, {lines[0][i + 1], 0}});
    for (std::size_t j = 0; lines.size() == 2 && j < 2; ++j)
      cells.push_back({{lines[0][i], lines[1][j]}, {lines[0][i + 1], lines[1][j + 1]}});
  }
  return cells;
}

using Means = std::map<Coordinates, double>;

// The means of the sweep's points; nothing if some of its trials are unfinished.
std::optional<Means> means_over_seeds(const Sweep& sweep, const Results& results, const Plane& plane,
                                      std::size_t scalar) {
  const std::vector<std::uint64_t> list = sweep.ids();
  std::unordered_set<std::uint64_t> unfinished(list.begin(), list.end());
  std::map<Coordinates, std::pair<double, double>> sums;  // sums and counts
  for (const TrialRecord& trial : results.trials) {
    if (unfinished.erase(trial.id) == 0) continue;
    auto& [sum, count] = sums[plane.place(trial.params)];
    sum += trial.status == Status::done ? trial.scalars[scalar] : std::nan("");
    ++count;
  }
  if (!unfinished.empty()) return std::nullopt;
  Means means;
  for (const auto& [at, total] : sums) means[at] = total.first / total.second;
  return means;
}

// How far the metric changes across a crossed cell; negative if the cell is not crossed.
double step_across(const Cell& cell, std::size_t axes, const Means& means, double threshold) {
  std::vector<std::vector<double>> lines;
  for (std::size_t k = 0; k < axes; ++k) lines.push_back({cell.low[k], cell.high[k]});
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const Coordinates& corner : combinations(lines)) {
    const auto found = means.find(corner);
    if (found == means.end() || !std::isfinite(found->second)) return -1;
    lowest = std::min(lowest, found->second);
    highest = std::max(highest, found->second);
  }
  return lowest < threshold && highest >= threshold ? highest - lowest : -1;
}

std::vector<Cell> crossed(const std::vector<Cell>& cells, std::size_t axes, const Means& means,
                          double threshold) {
  std::vector<std::pair<double, Cell>> found;
  for (const Cell& cell : cells) {
    const double step = step_across(cell, axes, means, threshold);
    if (step >= 0) found.emplace_back(step, cell);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Cell> sorted;
  for (const auto& [step, cell] : found) sorted.push_back(cell);
  return sorted;
}

std::shared_ptr<Strategy> read_refine(const YAML::Node& node, const YamlFile& file,
                                      Diagnostics& diagnostics) {
  MapReader map(node, file, diagnostics, "refine");
  const auto refine = std::make_shared<Refine>();
  refine->metric = map.required_text("metric");
  refine->threshold = map.required_real("threshold");
  const std::optional<std::int64_t> budget = map.integer("budget");
  if (!budget || *budget < 1) {
    diagnostics.error(map.place("budget"), "refine: budget: expected how many trials to add, at least 1");
  }
  refine->budget = static_cast<std::uint64_t>(std::max<std::int64_t>(budget.value_or(0), 0));
  map.finish();
  return refine;
}

void add_refine() {
  StrategyKinds::all().add({"refine",
                            "adds points where a metric crosses a threshold, up to a budget of trials",
                            StrategyKind::Section::sweep, read_refine});
}

}  // namespace

void Refine::check(const Sweep& sweep, Diagnostics& diagnostics) const {
  const Experiment& experiment = sweep.experiment();
  check_scalar(experiment, metric, "refine", place, diagnostics);
  const std::vector<std::size_t> varied = sweep.varied();
  bool fits = (varied.size() == 1 || varied.size() == 2) && sweep.has_own_axes(varied);
  for (const std::size_t i : varied) fits = fits && experiment.parameters[i].type == Type::real;
  if (!fits) {
    diagnostics.error(
        place,
        "refine: the sweep must vary one or two real parameters, each on an axis of its own, and "
        "the seed; fix the others under params");
  }
}

Sweep Refine::grow(const Sweep& sweep, const FinishedTrials& finished) const {
  const std::size_t scalar = scalar_slot(sweep.experiment(), metric);
  Sweep current = sweep.with_points({}).with_replicates({});
  const Plane plane(current);
  const std::size_t axes = sweep.varied().size();

  std::vector<Cell> cells = plane.cells();
  std::vector<Axis::Point> added;
  std::uint64_t left = budget;
  for (std::size_t generation = 0; generation < most_generations; ++generation) {
    const std::optional<Means> means = means_over_seeds(current, finished(current), plane, scalar);
    if (!means) return current;
    std::set<Coordinates> known;
    for (const auto& [at, mean] : *means) known.insert(at);

    const std::size_t before = added.size();
    std::vector<Cell> next;
    bool spent = false;
    for (const Cell& cell : crossed(cells, axes, *means, threshold)) {
      const auto lines = plane.halved(cell);
      if (lines.empty()) continue;
      std::vector<Coordinates> lacking;
      for (const Coordinates& at : combinations(lines))
        if (!known.contains(at)) lacking.push_back(at);
      spent = lacking.size() * plane.seeds() > left;
      if (spent) break;
      left -= lacking.size() * plane.seeds();
      known.insert(lacking.begin(), lacking.end());
      for (const Coordinates& at : lacking) added.push_back(plane.point(at));
      for (const Cell& part : parts(lines)) next.push_back(part);
    }
    if (added.size() > before) current = current.with_points(added);
    if (spent || next.empty()) return current;
    cells = std::move(next);
  }
  return current;
}

std::string Refine::outlook() const { return fmt::format(" and up to {} that refine adds", budget); }

std::string Refine::why_whole() const {
  return "refine: where to add points is known only once the whole grid has run; leave refine out of the "
         "shards, merge "
         "them, and run the merged directory with it";
}

QKLAB_REGISTER(add_refine)

}  // namespace qklab
