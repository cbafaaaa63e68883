#include "core/figures/figure_reader.hpp"

#include <fmt/format.h>

namespace qklab {
namespace {

// The theory that stands beside `metric`: as named, or as the experiment declares it.
std::optional<Quantity> read_theory(MapReader& map, const Quantity& value, const Experiment& experiment) {
  const auto named = map.text("theory");
  if (named == "none") return std::nullopt;
  std::optional<Quantity> theory;
  if (named) {
    theory = find_quantity(map, "theory", *named, value.at, experiment);
  } else {
    for (const Overlay& overlay : experiment.overlays) {
      if (overlay.metric == value.metric)
        return find_quantity(map, "y", overlay.theory, value.at, experiment);
    }
  }
  if (theory && theory->series != value.series) {
    map.diagnostics().error(map.place("theory"),
                            fmt::format("theory: '{}' and '{}' must both be scalars or both series",
                                        theory->metric, value.metric));
  }
  return theory;
}

// x: the index of the series `value`, or a parameter.
void read_x(FigureReader& reader) {
  const auto& [map, experiment, figure] = reader;
  const std::string name = map.required_text("x");
  if (name.empty()) return;
  const std::string index = figure.value.series ? metric_of(figure.value, experiment).index : "";
  if (figure.value.whole_series()) {
    if (name == index) {
      figure.xlabel = index;
      return;
    }
    if (experiment.parameters.find(name)) {
      reader.error("x", fmt::format("'{}' is a series along '{}'; against a parameter, say which of its "
                                    "numbers (at: last, or another of first, mean, min, max, or a value of "
                                    "'{}')",
                                    figure.value.metric, index, index));
      return;
    }
    std::vector<std::string> candidates = experiment.parameters.names();
    candidates.push_back(index);
    reader.error("x", fmt::format("'{}' is neither '{}', the index of '{}', nor a parameter{}", name, index,
                                  figure.value.metric, did_you_mean(name, candidates)));
    return;
  }
  figure.x_parameter = find_parameter(map, "x", name, experiment);
  if (figure.x_parameter) figure.xlabel = label(experiment.parameters[*figure.x_parameter]);
}

}  // namespace

void FigureReader::error(std::string_view key, const std::string& message) {
  map.diagnostics().error(map.place(key), fmt::format("{}: {}", key, message));
}

void FigureReader::color_by_parameter(std::string_view key) {
  figure.curve_parameter = read_parameter(map, key, experiment);
  if (figure.curve_parameter) figure.colorlabel = label(experiment.parameters[*figure.curve_parameter]);
}

void FigureReader::curves() {
  const std::string at = map.text("at").value_or("");
  const std::string metric = map.required_text("y");
  if (metric.empty()) return;
  const auto value = find_quantity(map, "y", metric, at, experiment);
  color_by_parameter();
  if (!value) {
    for (const char* key : {"x", "theory"}) map.has(key);  // they are known keys, though not checkable now
    return;
  }
  figure.value = *value;
  figure.theory = read_theory(map, *value, experiment);
  read_x(*this);
  figure.ylabel = label(*value, experiment);
}

std::optional<Quantity> FigureReader::number(std::string_view key, std::string_view what,
                                             const std::string& name, const std::string& at) {
  const auto found = find_quantity(map, key, name, at, experiment);
  if (found && found->whole_series()) {
    map.diagnostics().error(
        map.place(key), fmt::format("{}: '{}' is a series; say which of its numbers (at: last)", what, name));
  }
  return found;
}

}  // namespace qklab
