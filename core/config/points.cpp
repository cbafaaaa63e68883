#include "core/config/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "core/config/axis_form.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {

namespace {

class PointsReader {
 public:
  PointsReader(const Schema& schema, const YamlFile& file, Diagnostics& diagnostics)
      : schema_(schema), file_(file), diagnostics_(diagnostics) {}

  AddedPoints read(const YAML::Node& list) {
    AddedPoints added{{}, place_of(list, file_)};
    if (!list.IsSequence() || list.size() == 0) {
      error(list, "points: expected a list of maps, as [{mean: 0, variance: 1}]");
      return added;
    }
    for (const YAML::Node& item : list) {
      if (!item.IsMap() || item.size() == 0) {
        error(item, "points: expected a map from parameters to their values");
        continue;
      }
      point_.clear();
      read_settings(item, "");
      // The order in which a point names its parameters does not matter.
      std::ranges::sort(point_, {}, &Axis::Point::value_type::first);
      if (!added.points.empty()) compare(item, added.points.front());
      if (!point_.empty()) added.points.push_back(point_);
    }
    return added;
  }

 private:
  void error(const YAML::Node& node, std::string_view message) {
    diagnostics_.error(place_of(node, file_), message);
  }

  void read_settings(const YAML::Node& map, const std::string& prefix) {
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) continue;  // parse_yaml has reported it
      const std::string name = prefix + entry.first.Scalar();
      if (const auto parameter = schema_.find(name)) {
        read_value(name, *parameter, entry.second);
      } else if (entry.second.IsMap()) {
        read_settings(entry.second, name + ".");
      } else {
        error(entry.first,
              fmt::format("unknown parameter '{}'{}", name, did_you_mean(name, schema_.names())));
      }
    }
  }

  void read_value(const std::string& name, std::size_t parameter, const YAML::Node& value) {
    if (!value.IsScalar()) return error(value, fmt::format("'{}': a point has one value of it", name));
    if (std::ranges::find(point_, parameter, &Axis::Point::value_type::first) != point_.end())
      return error(value, fmt::format("'{}' is set twice", name));
    const auto form = read_axis_form(value, name, file_, diagnostics_);
    if (!form) return;
    if (const AxisPointer axis = make_axis(*form, schema_, parameter, diagnostics_)) axis->append(0, point_);
  }

  void compare(const YAML::Node& item, const Axis::Point& first) {
    const auto lacks = [](const Axis::Point& point, std::size_t parameter) {
      return std::ranges::find(point, parameter, &Axis::Point::value_type::first) == point.end();
    };
    const auto report = [&](std::size_t parameter, std::string_view which) {
      error(item, fmt::format("points: every point must set the same parameters; {} '{}'", which,
                              schema_[parameter].name));
      point_.clear();
    };
    for (const auto& [parameter, value] : first)
      if (lacks(point_, parameter)) return report(parameter, "this one lacks");
    for (const auto& [parameter, value] : point_)
      if (lacks(first, parameter)) return report(parameter, "the first lacks");
  }

  const Schema& schema_;
  const YamlFile& file_;
  Diagnostics& diagnostics_;
  Axis::Point point_;
};

}  // namespace

AddedPoints read_points(const YAML::Node& node, const Schema& schema, const YamlFile& file,
                        Diagnostics& diagnostics) {
  return PointsReader(schema, file, diagnostics).read(node);
}

void check_points(const AddedPoints& added, const Sweep& sweep, Diagnostics& diagnostics) {
  if (added.points.empty()) return;
  const Schema& schema = sweep.experiment().parameters;
  std::set<std::size_t> set;
  for (const auto& [parameter, value] : added.points.front()) set.insert(parameter);
  const std::size_t seed = *schema.find("seed");
  if (set.contains(seed) && sweep.varies_seeds())
    diagnostics.error(added.place, "points: each point gets all seeds: leave 'seed' out");
  for (const std::size_t parameter : sweep.varied()) {
    if (!set.contains(parameter))
      diagnostics.error(added.place, fmt::format("points: the sweep varies '{}': every point must set it",
                                                 schema[parameter].name));
  }
  for (const StrategyPointer& strategy : sweep.strategies()) {
    if (strategy->adds_points())
      diagnostics.error(added.place, fmt::format("points: does not go with {}, which adds points itself; "
                                                 "leave one of them out",
                                                 strategy->kind));
  }
}

}  // namespace qklab
