#include "core/figures/figure_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/nan.hpp"
#include "core/figures/labels.hpp"
#include "core/figures/plots.hpp"
#include "core/text/json_number.hpp"

namespace qklab {
namespace {

std::string joined(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ","));
}

// ,"xnames":[...] for an axis of names; nothing for one of numbers.
std::string names_member(const char* member, const Coordinate& axis) {
  if (axis.numeric) return "";
  std::vector<std::string> names;
  for (const Value& value : axis.values) names.push_back(json_text(to_text(value)));
  return fmt::format(",\"{}\":{}", member, joined(names));
}

std::string values_json(const Coordinate& axis) {
  std::vector<std::string> values;
  for (const Value& value : axis.values) values.push_back(json_value(value));
  return joined(values);
}

std::string parameter_json(const std::optional<std::size_t>& parameter, const Experiment& experiment) {
  return parameter ? json_text(experiment.parameters[*parameter].name) : "null";
}

// "title" and "facet" of a panel.
std::string panel_head(const Figure& figure, const Experiment& experiment, const Panel& panel,
                       const std::string& title) {
  std::string facet = "null";
  if (!panel.key.empty()) {
    facet = fmt::format("{{\"name\":{},\"value\":{}}}", parameter_json(figure.facet_parameter, experiment),
                        json_value(panel.key[0]));
  }
  return fmt::format("\"title\":{},\"facet\":{}", json_text(title), facet);
}

std::string shade_json(const Curve& curve, const Shade& shade) {
  if (curve.key.empty()) return "null";
  return shade.along ? fmt::format("{{\"t\":{}}}", json_number(*shade.along))
                     : fmt::format("{{\"category\":{}}}", shade.category);
}

std::string curve_json(const Figure& figure, const Experiment& experiment, const CurvePage& page,
                       const Curve& curve, const ShortTexts& texts) {
  std::vector<double> x, mean, low, high, theory, seeds, index;
  for (const Point& p : curve.points) {
    x.push_back(page.x.position(p.x));
    mean.push_back(p.mean);
    low.push_back(p.low);
    high.push_back(p.high);
    theory.push_back(p.theory);
    seeds.push_back(static_cast<double>(p.seeds));
    index.push_back(p.index);
  }
  const bool named = !curve.key.empty();
  return fmt::format(
      "{{\"name\":{},\"value\":{},\"label\":{},\"shade\":{},\"x\":{},\"mean\":{},\"low\":{},\"high\":{}{}{},"
      "\"seeds\":{}}}",
      named ? parameter_json(figure.curve_parameter, experiment) : "null",
      named ? json_value(curve.key[0]) : "null", json_text(named ? texts.of(curve.key[0]) : ""),
      shade_json(curve, page.shade(curve)), json_numbers(x), json_numbers(mean), json_numbers(low),
      json_numbers(high), figure.theory ? ",\"theory\":" + json_numbers(theory) : "",
      figure.plot == Plot::trajectory ? ",\"index\":" + json_numbers(index) : "", json_numbers(seeds));
}

std::string curves_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const CurvePage page = curve_page(figure, experiment, data, true);
  const ShortTexts texts = curve_texts(data);
  const auto titles = panel_titles(figure, experiment, data);
  std::vector<std::string> panels;
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    const Panel& panel = data.panels[k];
    std::vector<std::string> curves;
    for (const Curve& curve : panel.curves)
      curves.push_back(curve_json(figure, experiment, page, curve, texts));
    panels.push_back(fmt::format("{{{},\"curves\":{}}}", panel_head(figure, experiment, panel, titles[k]),
                                 joined(curves)));
  }
  return fmt::format(",\"theory\":{}{},\"index\":{},\"panels\":{}", figure.theory ? "true" : "false",
                     names_member("xnames", page.x),
                     figure.x_parameter ? "null" : json_text(metric_of(figure.value, experiment).index),
                     joined(panels));
}

// [[x, y, x, y, ...], ...]
std::string lines_json(const std::vector<Line>& lines) {
  std::vector<std::string> items;
  for (const Line& line : lines) {
    std::vector<double> numbers;
    for (const auto& [x, y] : line) numbers.insert(numbers.end(), {x, y});
    items.push_back(json_numbers(numbers));
  }
  return joined(items);
}

std::string cells_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const Coordinate x = x_coordinate(figure, experiment, data);
  const Coordinate y = curve_coordinate(figure, experiment, data, figure.log_y);
  const auto contours = panel_contours(figure, experiment, data);
  const auto outlines = panel_outlines(figure, experiment, data);
  const auto titles = panel_titles(figure, experiment, data);
  std::vector<std::string> panels;
  for (std::size_t k = 0; k < data.panels.size(); ++k) {
    const Panel& panel = data.panels[k];
    std::vector<std::vector<double>> cells(y.values.size());
    std::size_t cell = 0;
    for (const Point* p : heatmap_points(figure, experiment, data, k))
      cells[cell++ / x.values.size()].push_back(p ? p->mean : nan);
    std::vector<std::string> rows, lines;
    for (const auto& row : cells) rows.push_back(json_numbers(row));
    for (const ContourLine& contour : contours[k]) lines.push_back(lines_json(contour.lines));
    const ColorBar bar = color_bar(figure, experiment, data, panel.metric);
    panels.push_back(fmt::format(
        "{{{},\"color\":{{\"label\":{},\"low\":{},\"high\":{},\"log\":{}}},\"cells\":{},\"contours\":{},"
        "\"outline\":{},\"curves\":[]}}",
        panel_head(figure, experiment, panel, titles[k]), json_text(bar.label), shortest(bar.scale.low),
        shortest(bar.scale.high), bar.scale.log, joined(rows), joined(lines), lines_json(outlines[k])));
  }
  std::vector<std::string> keys;
  for (const LegendEntry& entry : heatmap_page(figure, experiment, data).legend)
    keys.push_back(json_text((entry.mark == Mark::dashed ? "- - " : "— ") + entry.text));
  return fmt::format(
      ",\"several\":{},\"keys\":{},\"xedges\":{},\"yedges\":{},\"xvalues\":{},\"yvalues\":{},"
      "\"yparameter\":{}{}{},\"panels\":{}",
      figure.metrics.size() > 1, joined(keys), json_numbers(cell_edges(x.positions(), figure.log_x)),
      json_numbers(cell_edges(y.positions(), figure.log_y)), values_json(x), values_json(y),
      parameter_json(figure.curve_parameter, experiment), names_member("xnames", x),
      names_member("ynames", y), joined(panels));
}

std::string_view name_of(Plot plot) {
  constexpr std::string_view names[] = {"line", "band", "heatmap", "trajectory"};
  return names[static_cast<std::size_t>(plot)];
}

}  // namespace

std::string figure_json(const Figure& figure, const Results& results) {
  const Experiment& experiment = *results.experiment;
  std::string text =
      fmt::format("{{\"name\":{},\"title\":{}", json_text(figure.name), json_text(figure.title));
  try {
    const FigureData data = figure_data(figure, results);
    text += fmt::format(
        ",\"plot\":\"{}\",\"xlabel\":{},\"ylabel\":{},\"colorlabel\":{},\"log\":{{\"x\":{},\"y\":{}}},"
        "\"columns\":{},\"xparameter\":{}",
        name_of(figure.plot), json_text(figure.xlabel), json_text(figure.ylabel),
        json_text(figure.colorlabel), figure.log_x, figure.log_y, figure.columns,
        parameter_json(figure.x_parameter, experiment));
    text += figure.plot == Plot::heatmap ? cells_json(figure, experiment, data)
                                         : curves_json(figure, experiment, data);
    if (figure.over) {
      text += fmt::format(",\"beneath\":{{\"name\":{}{}}}", json_text(figure.over->name),
                          cells_json(*figure.over, experiment, *data.over));
    }
  } catch (const Error& error) {
    return fmt::format("{{\"name\":{},\"title\":{},\"error\":{}}}", json_text(figure.name),
                       json_text(figure.title), json_text(error.what()));
  }
  return text + '}';
}

}  // namespace qklab
