#include "core/config/layer.hpp"

#include <algorithm>

#include "core/strategies/strategy.hpp"

namespace qklab {

namespace {

void collect(const AxisTree& tree, std::vector<std::size_t>& parameters) {
  if (tree.kind == AxisTree::Kind::values) return parameters.push_back(tree.parameter);
  // Every row of a grid sets the same parameters, and a zip has one row, so the first row is enough.
  for (const AxisTree& inner : tree.rows.front()) collect(inner, parameters);
}

std::vector<std::size_t> parameters_of(const AxisTree& tree) {
  std::vector<std::size_t> parameters;
  collect(tree, parameters);
  return parameters;
}

void remove(std::vector<AxisTree>& axes, std::size_t parameter) {
  std::erase_if(axes, [&](AxisTree& tree) {
    if (tree.kind == AxisTree::Kind::values) return tree.parameter == parameter;
    for (std::vector<AxisTree>& row : tree.rows) remove(row, parameter);
    return tree.rows.front().empty();
  });
}

AxisPointer build(const AxisTree& tree);

std::vector<AxisPointer> build(const std::vector<AxisTree>& trees) {
  std::vector<AxisPointer> axes;
  for (const AxisTree& tree : trees) axes.push_back(build(tree));
  return axes;
}

AxisPointer build(const AxisTree& tree) {
  if (tree.kind == AxisTree::Kind::values) return tree.axis;
  if (tree.kind == AxisTree::Kind::zip) return zip_axes(build(tree.rows.front()));
  std::vector<AxisPointer> grids;
  for (const std::vector<AxisTree>& row : tree.rows) grids.push_back(product_of(build(row)));
  return union_of(std::move(grids));
}

}  // namespace

void Layer::apply(const Layer& over) {
  for (const AxisTree& tree : over.axes) {
    // An axis that replaces an axis keeps its place in the order of trials.
    const auto same = std::find_if(axes.begin(), axes.end(), [&](const AxisTree& mine) {
      return mine.kind == AxisTree::Kind::values && tree.kind == AxisTree::Kind::values &&
             mine.parameter == tree.parameter;
    });
    if (same != axes.end()) {
      *same = tree;
    } else {
      for (const std::size_t parameter : parameters_of(tree)) remove(axes, parameter);
      axes.push_back(tree);
    }
  }
  if (over.where) where = over.where;
  if (over.confirm) confirm = over.confirm;
  if (over.points) points = over.points;
  for (const auto& [kind, strategy] : over.strategies) strategies.insert_or_assign(kind, strategy);
}

bool Layer::sets(std::size_t parameter) const {
  return std::any_of(axes.begin(), axes.end(), [&](const AxisTree& tree) {
    const auto parameters = parameters_of(tree);
    return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
  });
}

namespace {

std::optional<Place> find_place(const std::vector<AxisTree>& trees, std::size_t parameter) {
  for (const AxisTree& tree : trees) {
    if (tree.kind == AxisTree::Kind::values && tree.parameter == parameter) return tree.place;
    for (const std::vector<AxisTree>& row : tree.rows)
      if (const auto place = find_place(row, parameter)) return place;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Place> Layer::place_of(std::size_t parameter) const { return find_place(axes, parameter); }

class SweepBuilder {
 public:
  static Sweep build_from(const Experiment& experiment, const Layer& layer, const Place& place) {
    Sweep sweep;
    sweep.experiment_ = &experiment;
    sweep.place_ = place;
    if (layer.where) {
      sweep.where_ = layer.where->first;
      sweep.where_place_ = layer.where->second;
    }
    const auto seed = experiment.parameters.find("seed");
    AxisPointer seeds;
    for (const AxisTree& tree : layer.axes) {
      AxisPointer axis = build(tree);
      if (axis->size() == 1) {
        axis->append(0, sweep.base_);
      } else if (tree.kind == AxisTree::Kind::values && tree.parameter == seed) {
        seeds = std::move(axis);
        if (tree.until) {
          sweep.strategies_.push_back(tree.until);
          sweep.fewest_ = tree.until->replicates()->first;
        }
      } else {
        sweep.axes_.push_back(std::move(axis));
      }
    }
    if (seeds) sweep.axes_.push_back(std::move(seeds));
    for (const auto& [kind, strategy] : layer.strategies)
      if (strategy) sweep.strategies_.push_back(strategy);
    if (layer.points) sweep = sweep.with_points(layer.points->points);
    std::ranges::stable_sort(sweep.strategies_, {}, [](const StrategyPointer& each) {
      return StrategyKinds::all().find(each->kind)->section;
    });
    return sweep;
  }
};

Sweep build_sweep(const Experiment& experiment, const Layer& layer, const Place& place) {
  return SweepBuilder::build_from(experiment, layer, place);
}

}  // namespace qklab
