#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/base/value.hpp"
#include "core/config/axis_form.hpp"
#include "core/config/layer.hpp"
#include "core/strategies/strategy.hpp"
#include "core/text/decimal.hpp"

namespace qklab {

namespace {

// The parameters that are set so far, and where: setting one twice is an error.
using Taken = std::map<std::size_t, Place>;
using Assign = std::function<void(std::size_t, const YAML::Node& key, const YAML::Node& value)>;

class LayerReader {
 public:
  LayerReader(MapReader& map, const Schema& schema) : map_(map), schema_(schema) {}

  Layer read() {
    Layer layer;
    Taken taken;
    if (is_given("params")) read_params(map_.node("params"), layer.axes, taken);
    if (is_given("sweep")) {
      read_sweep(map_.node("sweep"), layer.axes, taken);
      read_strategies(StrategyKind::Section::sweep, map_.node("sweep"), layer);
      if (map_.node("sweep").IsMap() && map_.node("sweep")["points"] && !schema_.find("points"))
        layer.points = read_points(map_.node("sweep")["points"], schema_, map_.file(), map_.diagnostics());
    }
    if (map_.has("seeds")) read_seeds(map_.node("seeds"), layer.axes, taken);
    if (auto where = read_where(map_, "where", schema_))
      layer.where.emplace(std::move(*where), map_.place("where"));
    layer.confirm = read_confirm(map_);
    for (const std::string& name : strategy_names(StrategyKind::Section::config))
      if (map_.has(name)) layer.strategies[name] = read_strategy(name, map_.node(name));
    return layer;
  }

 private:
  // A section whose entries are all commented out counts as absent.
  bool is_given(std::string_view section) { return map_.has(section) && !map_.node(section).IsNull(); }

  void error(const YAML::Node& node, std::string_view message) {
    map_.diagnostics().error(place_of(node, map_.file()), message);
  }

  void claim(std::size_t parameter, const Place& place, Taken& taken) {
    const auto [before, is_new] = taken.emplace(parameter, place);
    if (is_new) return;
    map_.diagnostics().error(place, fmt::format("'{}' is set twice: at line {} already",
                                                schema_[parameter].name, before->second.line));
  }

  bool is_group(const std::string& prefix) const {
    for (const Parameter& parameter : schema_)
      if (parameter.name.starts_with(prefix + ".")) return true;
    return false;
  }

  // Calls `assign` for each parameter in a map. init: {mean: 0} and init.mean: 0 are the same.
  void assignments(const YAML::Node& node, const std::string& what, const std::string& prefix,
                   const Assign& assign) {
    if (!node.IsMap()) return error(node, fmt::format("{}: expected a map from parameters to values", what));
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) continue;  // parse_yaml has reported it
      const std::string name = prefix + entry.first.Scalar();
      if (const auto parameter = schema_.find(name)) {
        assign(*parameter, entry.first, entry.second);
      } else if (is_group(name)) {
        assignments(entry.second, name, name + ".", assign);
      } else if (prefix.empty() && what != "params" &&
                 (name == "zip" || name == "grid" || name == "points" ||
                  is_strategy(name, StrategyKind::Section::sweep))) {
        continue;  // read by read_sweep, read and read_strategies
      } else {
        const bool misplaced = name == "where" || name == "seeds" || name == "presets" || name == "confirm" ||
                               is_strategy(name, StrategyKind::Section::config);
        error(entry.first, fmt::format("unknown parameter '{}'{}", name,
                                       misplaced ? fmt::format(" (it stands beside '{}', not in it)", what)
                                                 : did_you_mean(name, schema_.names())));
      }
    }
  }

  void read_params(const YAML::Node& node, std::vector<AxisTree>& axes, Taken& taken) {
    assignments(node, "params", "", [&](std::size_t i, const YAML::Node& key, const YAML::Node& value) {
      claim(i, place_of(key, map_.file()), taken);
      if (value.IsScalar()) return add_axis(i, value, axes);
      error(value,
            fmt::format("'{}': expected one value; an axis of several goes under 'sweep'", schema_[i].name));
    });
  }

  void add_axis(std::size_t i, const YAML::Node& value, std::vector<AxisTree>& axes) {
    const auto form = read_axis_form(value, schema_[i].name, map_.file(), map_.diagnostics());
    if (!form) return;
    if (AxisPointer axis = make_axis(*form, schema_, i, map_.diagnostics()))
      axes.push_back({.parameter = i, .axis = std::move(axis), .place = form->place});
  }

  // Reads a map of axes: the whole `sweep:`, or one item of `grid:`.
  void read_sweep(const YAML::Node& node, std::vector<AxisTree>& axes, Taken& taken) {
    read_axes(node, "sweep", axes, taken);
    if (!node.IsMap()) return;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) continue;
      if (entry.first.Scalar() == "zip")
        each_item(entry.second, "zip", [&](const YAML::Node& item) { read_zip(item, axes, taken); });
      if (entry.first.Scalar() == "grid") read_grid(entry.second, axes, taken);
    }
  }

  static bool is_strategy(const std::string& name, StrategyKind::Section section) {
    const StrategyKind* const kind = StrategyKinds::all().find(name);
    return kind && kind->section == section;
  }

  // Null if the strategy is switched off, or if an error was reported.
  StrategyPointer read_strategy(const std::string& name, const YAML::Node& node) {
    const StrategyKind& kind = *StrategyKinds::all().find(name);
    if (kind.can_be_none() && node.IsScalar() && node.Scalar() == "none") return nullptr;
    const std::shared_ptr<Strategy> strategy = kind.read(node, map_.file(), map_.diagnostics());
    if (!strategy) return nullptr;
    strategy->kind = name;
    strategy->place = place_of(node, map_.file());
    return strategy;
  }

  void read_strategies(StrategyKind::Section section, const YAML::Node& node, Layer& layer) {
    if (!node.IsMap()) return;
    for (const std::string& name : strategy_names(section))
      if (node[name]) layer.strategies[name] = read_strategy(name, node[name]);
  }

  // Refuses keys inside zip or inside an item of grid.
  void refuse_inner(const YAML::Node& node, const std::string& outer, const std::string& inner) {
    if (!MapReader(node, map_.file(), map_.diagnostics(), outer).has(inner)) return;
    error(node, fmt::format("{}: holds axes only, no '{}'", outer, inner));
  }

  void read_axes(const YAML::Node& node, const std::string& what, std::vector<AxisTree>& axes, Taken& taken) {
    assignments(node, what, "", [&](std::size_t i, const YAML::Node& key, const YAML::Node& value) {
      claim(i, place_of(key, map_.file()), taken);
      add_axis(i, value, axes);
    });
  }

  void each_item(const YAML::Node& list, std::string_view what,
                 const std::function<void(const YAML::Node&)>& read) {
    if (!list.IsSequence() || list.size() == 0)
      return error(list, fmt::format("{}: expected a list of maps", what));
    for (const YAML::Node& item : list) {
      if (item.IsMap() && item.size() > 0)
        read(item);
      else
        error(item, fmt::format("{}: expected a map from parameters to their values", what));
    }
  }

  void read_zip(const YAML::Node& node, std::vector<AxisTree>& axes, Taken& taken) {
    for (const char* const inner : {"zip", "grid", "points"}) refuse_inner(node, "zip", inner);
    for (const std::string& inner : strategy_names(StrategyKind::Section::sweep))
      refuse_inner(node, "zip", inner);
    std::vector<AxisTree> row;
    read_axes(node, "zip", row, taken);
    if (row.empty()) return;  // all its entries were reported
    for (const AxisTree& tree : row) {
      const std::uint64_t n = tree.axis->size(), first = row.front().axis->size();
      if (n == first) continue;
      return error(
          node, fmt::format("zip: '{}' has {} values and '{}' has {}: axes that move together need as many",
                            schema_[row.front().parameter].name, first, schema_[tree.parameter].name, n));
    }
    axes.push_back({.kind = AxisTree::Kind::zip, .rows = {std::move(row)}});
  }

  void read_grid(const YAML::Node& list, std::vector<AxisTree>& axes, Taken& taken) {
    AxisTree tree{.kind = AxisTree::Kind::grid};
    std::optional<Taken> first;
    bool good = true;
    each_item(list, "grid", [&](const YAML::Node& item) {
      Taken inner;
      refuse_inner(item, "grid", "points");
      for (const std::string& inner : strategy_names(StrategyKind::Section::sweep))
        refuse_inner(item, "grid", inner);
      tree.rows.emplace_back();
      read_sweep(item, tree.rows.back(), inner);
      good = good && !tree.rows.back().empty();
      if (!first) first = inner;
      for (const auto& [parameter, place] : *first)
        if (!inner.contains(parameter)) uneven(item, parameter, "this one lacks");
      for (const auto& [parameter, place] : inner)
        if (!first->contains(parameter)) uneven(item, parameter, "the first lacks");
    });
    if (!first) return;
    for (const auto& [parameter, place] : *first) claim(parameter, place, taken);
    if (good) axes.push_back(std::move(tree));
  }

  void uneven(const YAML::Node& item, std::size_t parameter, std::string_view which) {
    error(item, fmt::format("grid: every item must set the same parameters; {} '{}'", which,
                            schema_[parameter].name));
  }

  void read_seeds(const YAML::Node& node, std::vector<AxisTree>& axes, Taken& taken) {
    const std::size_t seed = *schema_.find("seed");
    claim(seed, map_.place("seeds"), taken);
    const std::vector<std::string> kinds = strategy_names(StrategyKind::Section::seeds);
    for (const std::string& kind : kinds)
      if (node.IsMap() && node[kind]) return read_replicates(kind, node, seed, axes);
    if (node.IsMap() || node.IsNull()) {
      const std::string found =
          node.size() == 1 && node.begin()->first.IsScalar() ? node.begin()->first.Scalar() : "";
      return error(node,
                   fmt::format("seeds: expected how many, a list of seeds, or until: {{metric: NAME, ci: "
                               "WIDTH, max: N}}{}",
                               did_you_mean(found, kinds)));
    }
    const auto form = read_axis_form(node, "seeds", map_.file(), map_.diagnostics());
    if (!form) return;
    if (AxisPointer axis = make_seeds(*form, node.IsSequence(), schema_, map_.diagnostics()))
      axes.push_back({.parameter = seed, .axis = std::move(axis), .place = form->place});
  }

  // Reads seeds: {until: {metric: loss, ...}}.
  void read_replicates(const std::string& kind, const YAML::Node& node, std::size_t seed,
                       std::vector<AxisTree>& axes) {
    MapReader seeds(node, map_.file(), map_.diagnostics(), "seeds");
    seeds.has(kind);
    seeds.finish();
    const StrategyPointer strategy = read_strategy(kind, node[kind]);
    if (!strategy) return;  // the error was reported
    axes.push_back({.parameter = seed,
                    .axis = values_axis(seed, strategy->replicates()->second,
                                        [](std::uint64_t i) { return Value(static_cast<std::int64_t>(i)); }),
                    .until = strategy,
                    .place = place_of(node, map_.file())});
  }

  MapReader& map_;
  const Schema& schema_;
};

}  // namespace

Layer read_layer(MapReader& map, const Schema& schema) { return LayerReader(map, schema).read(); }

AxisPointer make_seeds(const AxisForm& form, bool is_list, const Schema& schema, Diagnostics& diagnostics) {
  const std::size_t seed = *schema.find("seed");
  if (is_list) return make_axis(form, schema, seed, diagnostics);
  // The number of seeds is checked like a number of random draws: at least 1, and not too many.
  AxisForm counted = form;
  counted.kind = AxisForm::Kind::linspace;
  counted.items = {{"0", false, form.place}, {"0", false, form.place}, form.items.front()};
  const AxisPointer axis = make_axis(counted, schema, seed, diagnostics);
  if (!axis) return nullptr;
  return values_axis(seed, axis->size(), [](std::uint64_t i) { return Value(static_cast<std::int64_t>(i)); });
}

}  // namespace qklab
