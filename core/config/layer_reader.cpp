#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/value.hpp"
#include "core/config/axis_form.hpp"
#include "core/config/layer.hpp"
#include "core/text/decimal.hpp"

namespace qklab {

namespace {

// Which parameters are set so far, and where: one set twice is an error.
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
      layer.refine = read_refine(map_.node("sweep"));
    }
    if (map_.has("seeds")) read_seeds(map_.node("seeds"), layer.axes, taken);
    if (const auto text = map_.text("where")) {
      const Place place = map_.place("where");
      layer.where.emplace(Where::parse(*text, schema_, place, map_.diagnostics()), place);
    }
    if (map_.has("prune")) layer.prune = read_prune(map_.node("prune"));
    return layer;
  }

 private:
  // A section whose entries are all commented out is as good as none.
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

  // Calls `assign` for each parameter in a map of them. init: {mean: 0} and init.mean: 0 are the same.
  void assignments(const YAML::Node& node, const std::string& what, const std::string& prefix,
                   const Assign& assign) {
    if (!node.IsMap()) return error(node, fmt::format("{}: expected a map from parameters to values", what));
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) continue;  // reported when the file was parsed
      const std::string name = prefix + entry.first.Scalar();
      if (const auto parameter = schema_.find(name)) {
        assign(*parameter, entry.first, entry.second);
      } else if (is_group(name)) {
        assignments(entry.second, name, name + ".", assign);
      } else if (prefix.empty() && what != "params" &&
                 (name == "zip" || name == "grid" || name == "refine")) {
        continue;  // read_sweep's and read_refine's
      } else {
        const bool misplaced = name == "where" || name == "seeds" || name == "prune" || name == "presets";
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

  // A map of axes: the whole `sweep:`, or an item of `grid:`.
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

  std::optional<Refinement> read_refine(const YAML::Node& sweep) {
    if (!sweep.IsMap() || !sweep["refine"]) return std::nullopt;
    MapReader map(sweep["refine"], map_.file(), map_.diagnostics(), "refine");
    Refinement refinement;
    refinement.place = map.place();
    refinement.metric = map.required_text("metric");
    refinement.threshold = map.required_real("threshold");
    const std::optional<std::int64_t> budget = map.integer("budget");
    if (!budget || *budget < 1) {
      map_.diagnostics().error(map.place("budget"),
                               "refine: budget: expected how many trials to add, at least 1");
    }
    refinement.budget = static_cast<std::uint64_t>(std::max<std::int64_t>(budget.value_or(0), 0));
    map.finish();
    return refinement;
  }

  // Inside zip or an item of grid.
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
    for (const char* const inner : {"zip", "grid", "refine"}) refuse_inner(node, "zip", inner);
    std::vector<AxisTree> row;
    read_axes(node, "zip", row, taken);
    if (row.empty()) return;  // all that it held has been reported
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
      refuse_inner(item, "grid", "refine");
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
    if (node.IsMap() && MapReader(node, map_.file(), map_.diagnostics(), "seeds").has("until"))
      return read_until(node, seed, axes);
    if (node.IsMap() || node.IsNull()) {
      const std::string found =
          node.size() == 1 && node.begin()->first.IsScalar() ? node.begin()->first.Scalar() : "";
      return error(node,
                   fmt::format("seeds: expected how many, a list of seeds, or until: {{metric: NAME, ci: "
                               "WIDTH, max: N}}{}",
                               did_you_mean(found, std::vector<std::string>{"until"})));
    }
    const auto form = read_axis_form(node, "seeds", map_.file(), map_.diagnostics());
    if (!form) return;
    if (AxisPointer axis = make_seeds(*form, node.IsSequence(), schema_, map_.diagnostics()))
      axes.push_back({.parameter = seed, .axis = std::move(axis)});
  }

  // seeds: {until: {metric: loss, ci: 0.01, max: 64, min: 4}}
  void read_until(const YAML::Node& node, std::size_t seed, std::vector<AxisTree>& axes) {
    constexpr std::int64_t most = 1'000'000;
    MapReader seeds(node, map_.file(), map_.diagnostics(), "seeds");
    MapReader map(seeds.node("until"), map_.file(), map_.diagnostics(), "until");
    seeds.finish();
    if (!seeds.node("until").IsMap()) return;  // reported
    Replication until;
    until.place = map.place();
    until.metric = map.required_text("metric");
    until.ci = map.required_real("ci");
    const std::int64_t max = map.integer("max").value_or(0), min = map.integer("min").value_or(4);
    map.finish();
    bool good = !std::isnan(until.ci);  // reported otherwise
    const auto demand = [&](bool holds, const char* key, std::string_view message) {
      if (!holds) map_.diagnostics().error(map.place(key), message);
      good = good && holds;
    };
    demand(!(until.ci <= 0), "ci",
           "until: ci: expected the half-width of the interval at which to stop, above 0");
    demand(min >= 2, "min", "until: min: an interval needs at least 2 replicates");
    demand(max >= std::max<std::int64_t>(min, 2) && max <= most, "max",
           fmt::format("until: max: expected how many replicates a point may have, from {} to {}",
                       std::max<std::int64_t>(min, 2), most));
    if (!good) return;
    until.min = static_cast<std::uint64_t>(min);
    until.max = static_cast<std::uint64_t>(max);
    axes.push_back({.parameter = seed,
                    .axis = values_axis(seed, until.max,
                                        [](std::uint64_t i) { return Value(static_cast<std::int64_t>(i)); }),
                    .until = until});
  }

  // prune: {metric: loss, keep: 0.5, at: [50, 100, 200], best: lowest}, or none
  Pruning read_prune(const YAML::Node& node) {
    Pruning prune;
    if (node.IsScalar() && node.Scalar() == "none") return prune;
    MapReader map(node, map_.file(), map_.diagnostics(), "prune");
    if (!node.IsMap()) return prune;  // reported
    prune.place = map.place();
    prune.metric = map.required_text("metric");
    prune.highest = map.choice("best", {"lowest", "highest"}) == "highest";
    prune.keep = map.required_real("keep");
    if (prune.keep <= 0 || prune.keep >= 1) {
      map_.diagnostics().error(map.place("keep"),
                               "prune: keep: expected the share that goes on, between 0 and 1");
    }
    bool ascending = map.has("at");
    for (const std::string& text : map.texts("at")) {
      const auto step = parse_whole(text);
      const auto before = prune.at.empty() ? 0 : static_cast<std::int64_t>(prune.at.back());
      ascending = ascending && step && *step > before;
      if (ascending) prune.at.push_back(static_cast<std::uint64_t>(*step));
    }
    if (!ascending || prune.at.empty()) {
      map_.diagnostics().error(map.place("at"),
                               "prune: at: expected steps, each after the one before: [50, 100]");
    }
    map.finish();
    return prune;
  }

  MapReader& map_;
  const Schema& schema_;
};

}  // namespace

Layer read_layer(MapReader& map, const Schema& schema) { return LayerReader(map, schema).read(); }

AxisPointer make_seeds(const AxisForm& form, bool is_list, const Schema& schema, Diagnostics& diagnostics) {
  const std::size_t seed = *schema.find("seed");
  if (is_list) return make_axis(form, schema, seed, diagnostics);
  // A number of seeds is read by the rules of a number of draws: at least 1, and not too many.
  AxisForm counted = form;
  counted.kind = AxisForm::Kind::linspace;
  counted.items = {{"0", false, form.place}, {"0", false, form.place}, form.items.front()};
  const AxisPointer axis = make_axis(counted, schema, seed, diagnostics);
  if (!axis) return nullptr;
  return values_axis(seed, axis->size(), [](std::uint64_t i) { return Value(static_cast<std::int64_t>(i)); });
}

}  // namespace qklab
