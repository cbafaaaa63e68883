#include "core/strategies/search_space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/schema/plugin.hpp"

namespace qklab {

namespace {

constexpr std::int64_t most_points = 1'000'000;

// {uniform: [0, 1]}, {loguniform: [1e-4, 0.1]}, [1, 2, 4], and maps whose names are joined by dots.
class SpaceReader {
 public:
  SpaceReader(const YamlFile& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::vector<Dimension> read(const YAML::Node& node) {
    if (!node.IsMap() || node.size() == 0) {
      error(node,
            "search: space: expected a map from parameters, as {lr: {loguniform: [1e-4, 0.1]}, layers: [1, "
            "2]}");
      return {};
    }
    read_map(node, "");
    return std::move(space_);
  }

 private:
  void error(const YAML::Node& node, std::string_view message) {
    diagnostics_.error(place_of(node, file_), message);
  }

  void read_map(const YAML::Node& map, const std::string& prefix) {
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) continue;  // parse_yaml has reported it
      const std::string name = prefix + entry.first.Scalar();
      const YAML::Node& form = entry.second;
      const bool is_interval = form.IsMap() && form.size() == 1 && is_interval_name(form.begin()->first);
      if (form.IsMap() && !is_interval && form.size() > 0 && !form.begin()->second.IsScalar() &&
          prefix.find('.') == std::string::npos) {
        read_map(form, name + ".");
        continue;
      }
      Dimension dimension;
      dimension.name = name;
      dimension.place = place_of(entry.first, file_);
      if (is_interval ? read_interval(form, dimension) : read_values(form, dimension))
        space_.push_back(std::move(dimension));
    }
  }

  static bool is_interval_name(const YAML::Node& key) {
    return key.IsScalar() && (key.Scalar() == "uniform" || key.Scalar() == "loguniform");
  }

  bool read_values(const YAML::Node& form, Dimension& dimension) {
    bool fits = form.IsSequence() && form.size() >= 2;
    if (fits)
      for (const YAML::Node& value : form) {
        fits = fits && value.IsScalar();
        if (fits) dimension.values.push_back(value.Scalar());
      }
    if (!fits)
      error(form,
            fmt::format(
                "search: space: '{}': expected {{uniform: [LOW, HIGH]}}, {{loguniform: [LOW, HIGH]}}, or "
                "a list of two values or more",
                dimension.name));
    return fits;
  }

  bool read_interval(const YAML::Node& form, Dimension& dimension) {
    const bool log = form.begin()->first.Scalar() == "loguniform";
    const YAML::Node ends = form.begin()->second;
    dimension.kind = log ? Dimension::Kind::loguniform : Dimension::Kind::uniform;
    std::optional<double> low, high;
    if (ends.IsSequence() && ends.size() == 2 && ends[0].IsScalar() && ends[1].IsScalar()) {
      low = parse_real(ends[0].Scalar());
      high = parse_real(ends[1].Scalar());
    }
    const bool fits =
        low && high && std::isfinite(*low) && std::isfinite(*high) && *low < *high && (!log || *low > 0);
    if (!fits) {
      error(ends, fmt::format("search: space: '{}': expected two numbers, the lower one first{}",
                              dimension.name, log ? " and above 0" : ""));
      return false;
    }
    dimension.low = *low;
    dimension.high = *high;
    return true;
  }

  const YamlFile& file_;
  Diagnostics& diagnostics_;
  std::vector<Dimension> space_;
};

std::shared_ptr<Strategy> read_search(const YAML::Node& node, const YamlFile& file,
                                      Diagnostics& diagnostics) {
  MapReader map(node, file, diagnostics, "search");
  const auto search = std::make_shared<Search>();
  search->metric = map.required_text("metric");
  search->goal = map.choice("goal", {"minimize", "maximize"}).value_or(search->goal);
  search->sampler = map.choice("sampler", {"random", "tpe", "cmaes"}).value_or(search->sampler);
  const auto number = [&](const char* key, std::int64_t usual, std::int64_t least, const char* what) {
    const std::int64_t value = map.integer(key).value_or(usual);
    const bool fits = value >= least && value <= most_points;
    if (!fits)
      diagnostics.error(map.place(key),
                        fmt::format("search: {}: expected {}, {} to {}", key, what, least, most_points));
    return static_cast<std::uint64_t>(fits ? value : least);
  };
  search->budget = number("budget", 0, 2, "how many points to try");
  search->batch =
      number("batch", static_cast<std::int64_t>(search->batch), 1, "how many points to ask for at a time");
  search->seed = static_cast<std::int64_t>(number("seed", 0, 0, "the sampler's seed"));
  const YAML::Node space = map.node("space");
  if (space.IsMap() || map.has("space"))
    search->space = SpaceReader(file, diagnostics).read(space);
  else if (node.IsMap())
    diagnostics.error(map.place(),
                      "search: needs 'space', the parameters that are searched, as "
                      "{lr: {loguniform: [1e-4, 0.1]}, layers: [1, 2]}");
  map.finish();
  return search;
}

void add_search() {
  StrategyKinds::all().add({"search",
                            "looks for the point with the lowest or highest metric: random, tpe or cmaes",
                            StrategyKind::Section::config, read_search});
}

}  // namespace

void check_dimension(const Dimension& dimension, const Schema& schema, Diagnostics& diagnostics) {
  const auto report = [&](const std::string& why) {
    diagnostics.error(dimension.place, fmt::format("search: space: '{}': {}", dimension.name, why));
  };
  const auto at = schema.find(dimension.name);
  if (!at || dimension.name == "seed") {
    return report(at ? "is not searched: the metric's mean is taken over the seeds"
                     : "no such parameter" + did_you_mean(dimension.name, schema.names()));
  }
  const Parameter& parameter = schema[*at];
  std::string why;
  if (dimension.kind == Dimension::Kind::values) {
    for (const std::string& text : dimension.values) {
      if (!parameter.convert(text, why)) return report(why);
    }
    return;
  }
  if (parameter.type != Type::integer && parameter.type != Type::real)
    return report(fmt::format("takes {}: list its values", name_of(parameter.type)));
  for (const double end : {dimension.low, dimension.high}) {
    if (!parameter.convert(shortest(end), why)) return report(why);
  }
}

std::vector<Value> values_of(const Dimension& dimension, const Parameter& parameter) {
  std::vector<Value> values;
  std::string why;
  for (const std::string& text : dimension.values) values.push_back(parameter.convert(text, why).value());
  return values;
}

QKLAB_REGISTER(add_search)

}  // namespace qklab
