// A strategy in one file. It adds random points from the box that the axes span, one after the other, until a budget
// of trials is spent or the best trial is good enough.
//
//     sweep: {x: [0, 1], y: [0.1, 10], random_search: {metric: loss, below: 0.1, budget: 40}}
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "core/base/stream.hpp"
#include "core/schema/plugin.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {
namespace {

struct RandomSearch : Strategy {
  void check(const Sweep& sweep, Diagnostics& diagnostics) const override {
    check_scalar(sweep.experiment(), metric, "random_search", place, diagnostics);
    const std::vector<std::size_t> varied = sweep.varied();
    bool fits = !varied.empty() && sweep.has_own_axes(varied);
    for (const std::size_t i : varied) fits = fits && sweep.experiment().parameters[i].type == Type::real;
    if (!fits)
      diagnostics.error(place,
                        "random_search: the sweep must vary real parameters, each on an axis of its own");
  }

  bool adds_points() const override { return true; }

  // The added points follow from finished trials alone: they are the first ones of a fixed sequence, and their number
  // depends on the trials of earlier points.
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override {
    const std::vector<std::size_t> varied = sweep.varied();
    Sweep current = sweep.with_points({});
    const std::size_t seeds = current.ids().size() / points_in(current, varied);
    const auto box = box_of(current, varied);
    std::vector<Axis::Point> added;
    while (is_finished(current, finished) && best(current, finished) > below &&
           (added.size() + 1) * seeds <= budget) {
      added.push_back(draw(varied, box, added.size()));
      current = current.with_points(added);
    }
    return current;
  }

  std::string outlook() const override {
    return fmt::format(" and up to {} that random_search adds", budget);
  }
  std::string why_whole() const override {
    return "random_search: when to stop is known only where all trials are; run it without shards";
  }

  std::string metric;
  double below = -std::numeric_limits<double>::infinity();
  std::uint64_t budget = 0;

 private:
  struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -low;
  };

  static std::vector<Range> box_of(const Sweep& sweep, const std::vector<std::size_t>& varied) {
    std::vector<Range> box(varied.size());
    sweep.for_each([&](const TrialSpec& trial) {
      for (std::size_t k = 0; k < varied.size(); ++k) {
        const double x = std::get<double>(trial.params[varied[k]]);
        box[k] = {std::min(box[k].low, x), std::max(box[k].high, x)};
      }
      return true;
    });
    return box;
  }

  static std::size_t points_in(const Sweep& sweep, const std::vector<std::size_t>& varied) {
    std::vector<std::vector<Value>> points;
    sweep.for_each([&](const TrialSpec& trial) {
      std::vector<Value> at;
      for (const std::size_t i : varied) at.push_back(trial.params[i]);
      points.push_back(std::move(at));
      return true;
    });
    std::ranges::sort(points);
    return static_cast<std::size_t>(std::unique(points.begin(), points.end()) - points.begin());
  }

  static Axis::Point draw(const std::vector<std::size_t>& varied, const std::vector<Range>& box,
                          std::uint64_t number) {
    Stream stream(0, number, "random_search");
    Axis::Point point;
    for (std::size_t k = 0; k < varied.size(); ++k)
      point.emplace_back(varied[k], box[k].low + (box[k].high - box[k].low) * stream.uniform());
    return point;
  }

  static bool is_finished(const Sweep& sweep, const FinishedTrials& finished) {
    std::vector<std::uint64_t> missing = sweep.ids(), known;
    std::ranges::sort(missing);
    for (const TrialRecord& trial : finished(sweep).trials) known.push_back(trial.id);
    std::ranges::sort(known);
    return std::ranges::includes(known, missing);
  }

  // The smallest value of the metric among the sweep's trials.
  double best(const Sweep& sweep, const FinishedTrials& finished) const {
    double least = std::numeric_limits<double>::infinity();
    const std::size_t slot = scalar_slot(sweep.experiment(), metric);
    std::vector<std::uint64_t> own = sweep.ids();
    std::ranges::sort(own);
    for (const TrialRecord& trial : finished(sweep).trials) {
      const bool counts = trial.status == Status::done && std::isfinite(trial.scalars[slot]) &&
                          std::ranges::binary_search(own, trial.id);
      if (counts) least = std::min(least, trial.scalars[slot]);
    }
    return least;
  }
};

std::shared_ptr<Strategy> read_random_search(const YAML::Node& node, const YamlFile& file,
                                             Diagnostics& diagnostics) {
  MapReader map(node, file, diagnostics, "random_search");
  const auto search = std::make_shared<RandomSearch>();
  search->metric = map.required_text("metric");
  search->below = map.real("below").value_or(search->below);
  const std::int64_t budget = map.integer("budget").value_or(0);
  if (budget < 1)
    diagnostics.error(map.place("budget"),
                      "random_search: budget: expected how many trials to add, at least 1");
  search->budget = static_cast<std::uint64_t>(std::max<std::int64_t>(budget, 0));
  map.finish();
  return search;
}

void add_random_search() {
  StrategyKinds::all().add(
      {.name = "random_search",
       .doc = "adds random points of the box that the axes span, until one is good enough",
       .section = StrategyKind::Section::sweep,
       .read = read_random_search});
}

}  // namespace

QKLAB_REGISTER(add_random_search)

}  // namespace qklab
