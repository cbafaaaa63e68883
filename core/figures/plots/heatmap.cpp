#include "core/figures/plots/heatmap.hpp"

#include <map>
#include <sstream>

#include "core/figures/plot_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

// The outline's condition at the point of `trials`, which differ in the seed alone.
bool outline_holds(const Outline& outline, const Trials& trials, const Experiment& experiment) {
  Parameters point(*outline.names);
  std::size_t place = 0;
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    if (i != seed_of(experiment.parameters)) point.set(place++, trials.front()->params[i]);
  }
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot)
    point.set(place++, mean_over({experiment.scalars[slot].name, false, slot, false, ""}, trials));
  return outline.where.holds(point);
}

// The numbers in the name of a member, in their order: 0 and 1 of "entropy.0.1".
std::vector<std::int64_t> numbers_in(const std::string& member, const std::string& family) {
  std::vector<std::int64_t> numbers;
  std::istringstream names(member), letters(family);
  for (std::string part, letter; std::getline(names, part, '.') && std::getline(letters, letter, '.');)
    if (letter.size() == 1 && letter[0] >= 'A' && letter[0] <= 'Z') numbers.push_back(std::stoll(part));
  return numbers;
}

// A cell for each member of a family, or for each member and value of a parameter.
std::vector<Panel> panels_of_family(const Figure& figure, const Trials& trials,
                                    const Experiment& experiment) {
  const auto& keys = figure.keys<HeatmapKeys>();
  struct Values {
    std::vector<double> numbers;
    Trials trials;
  };
  std::vector<Panel> panels;
  for (const Group& facet : group(trials, experiment.parameters, figure.facet_parameters)) {
    std::map<Value, std::map<Value, Values>> rows;
    for (const TrialRecord* trial : facet.trials) {
      for (const auto& [name, series] : trial->members) {
        if (!is_member(name, figure.value.metric)) continue;
        const std::vector<std::int64_t> numbers = numbers_in(name, figure.value.metric);
        const Value x = keys.x_letter ? Value(numbers[*keys.x_letter]) : trial->params[*figure.x_parameter];
        const Value y =
            keys.y_letter ? Value(numbers[*keys.y_letter]) : trial->params[*figure.curve_parameter];
        Values& cell = rows[y][x];
        cell.numbers.push_back(number_of({name, true, figure.value.slot, true, figure.value.at}, *trial));
        cell.trials.push_back(trial);
      }
    }
    panels.push_back({facet.key, "", "", {}});
    for (const auto& [y, row] : rows) {
      panels.back().curves.push_back({{y}, {}});
      for (const auto& [x, cell] : row) {
        check_equal_but_seed(figure, cell.trials, experiment.parameters);
        panels.back().curves.back().points.push_back(mean_point(x, cell.numbers, {}));
        panels.back().curves.back().points.back().trials = cell.trials;
      }
    }
  }
  complete_grid(panels, figure, experiment);
  set_titles(panels, figure, experiment);
  return panels;
}

void fill_heatmap(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  const auto& keys = figure.keys<HeatmapKeys>();
  const auto complete = [&](Point& point, const Trials& at) {
    for (const Contour& contour : keys.contours) point.own.push_back(mean_over(contour.quantity, at));
    if (keys.outline) point.own.push_back(outline_holds(*keys.outline, at, experiment));
  };
  for (const Quantity& metric : keys.metrics) {
    Figure one = figure;
    one.value = metric;
    const auto points = [&](const Trials& row) {
      if (!figure.along_index) return points_along_parameter(figure, metric, row, experiment, complete);
      check_equal_but_seed(figure, row, experiment.parameters);
      return points_along_index(one, row);
    };
    for (Panel& panel : keys.of_family() ? panels_of_family(one, trials, experiment)
                                         : faceted(figure, trials, experiment, points)) {
      if (keys.several()) {
        panel.title = label(metric, experiment);
        panel.metric = metric.metric;
      }
      data.panels.push_back(std::move(panel));
    }
  }
}

CsvColumns heatmap_columns(const Figure& figure, const Experiment& experiment) {
  const auto& keys = figure.keys<HeatmapKeys>();
  CsvColumns columns = joined({key_columns(figure, experiment),
                               {x_column(keys.x_name)},
                               value_columns(keys.several() ? "value" : figure.value.metric)});
  if (keys.several()) {
    columns.insert(columns.begin(),
                   {"metric", [](const Panel& panel, const Curve&, const Point&) { return panel.metric; }});
  }
  for (std::size_t c = 0; c < keys.contours.size(); ++c)
    columns.push_back(own_column(keys.contours[c].quantity.metric, c));
  if (keys.outline) {
    columns.push_back({"outlined", [&figure](const Panel&, const Curve&, const Point& p) {
                         return is_outlined(figure, p) ? "true" : "false";
                       }});
  }
  return columns;
}

std::string heatmap_value_label(const Figure& figure) {
  return figure.keys<HeatmapKeys>().several() ? "" : figure.colorlabel;
}

void add_heatmap() {
  Registry<PlotKind>::all().add(
      {.name = "heatmap",
       .doc = "a metric, or several, as colours over two parameters, or over an index",
       .read = read_heatmap,
       .rows = true,
       .value_label = heatmap_value_label,
       .fill = fill_heatmap,
       .columns = heatmap_columns,
       .page = heatmap_page,
       .json = heatmap_json});
}

}  // namespace

bool is_heatmap(const Figure& figure) { return figure.plot == Registry<PlotKind>::all().find("heatmap"); }

bool is_outlined(const Figure& figure, const Point& point) {
  return figure.keys<HeatmapKeys>().outline && point.own.back() != 0;
}

QKLAB_REGISTER(add_heatmap)

}  // namespace qklab
