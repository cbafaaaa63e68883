#include "core/figures/figure_csv.hpp"

#include "core/figures/plot_kind.hpp"
#include "core/results/csv.hpp"

namespace qklab {
namespace {

CsvColumn number_column(std::string name, double Point::*number) {
  return {std::move(name),
          [number](const Panel&, const Curve&, const Point& p) { return shortest(p.*number); }};
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    row += csv_field(fields[i]);
  }
  row += '\n';
  return row;
}

}  // namespace

CsvColumns key_columns(const Figure& figure, const Experiment& experiment) {
  CsvColumns columns;
  for (std::size_t i = 0; i < figure.facet_parameters.size(); ++i) {
    columns.push_back(
        {experiment.parameters[figure.facet_parameters[i]].name,
         [i](const Panel& panel, const Curve&, const Point&) { return to_text(panel.key[i]); }});
  }
  if (figure.curve_parameter) {
    columns.push_back({experiment.parameters[*figure.curve_parameter].name,
                       [](const Panel&, const Curve& curve, const Point&) { return to_text(curve.key[0]); }});
  } else if (figure.has_curves()) {
    columns.push_back({figure.curve_name,
                       [](const Panel&, const Curve& curve, const Point&) { return to_text(curve.key[0]); }});
  }
  return columns;
}

CsvColumn x_column(const std::string& name) {
  return {name, [](const Panel&, const Curve&, const Point& p) { return to_text(p.x); }};
}

CsvColumns value_columns(const std::string& name) {
  return {number_column(name, &Point::mean),
          number_column("low", &Point::low),
          number_column("high", &Point::high),
          {"seeds", [](const Panel&, const Curve&, const Point& p) { return std::to_string(p.seeds); }}};
}

CsvColumn own_column(const std::string& name, std::size_t place) {
  return {name, [place](const Panel&, const Curve&, const Point& p) { return shortest(p.own.at(place)); }};
}

CsvColumns joined(std::initializer_list<CsvColumns> parts) {
  CsvColumns all;
  for (const CsvColumns& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

CsvColumns curve_columns(const Figure& figure, const Experiment& experiment) {
  const std::string& x = figure.x_parameter ? experiment.parameters[*figure.x_parameter].name
                                            : metric_of(figure.value, experiment).index;
  CsvColumns columns = joined({key_columns(figure, experiment),
                               {x_column(x)},
                               value_columns(figure.values.empty() ? figure.value.metric : "value")});
  if (figure.theory) columns.push_back(number_column(figure.theory->metric, &Point::theory));
  if (figure.baseline) {
    columns.push_back(number_column(figure.baseline->metric, &Point::baseline));
    columns.back().of_baseline = true;
  }
  return columns;
}

std::string figure_csv(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  CsvColumns columns = figure.plot->columns(figure, experiment);
  // Which values were best at each point.
  for (const std::size_t over : figure.best ? figure.best->over : std::vector<std::size_t>{})
    columns.push_back(
        {"best " + experiment.parameters[over].name, [over](const Panel&, const Curve&, const Point& p) {
           return p.trials.empty() ? "" : to_text(p.trials.front()->params[over]);
         }});
  if (!has_baseline(data)) std::erase_if(columns, [](const CsvColumn& column) { return column.of_baseline; });
  std::vector<std::string> row;
  for (const CsvColumn& column : columns) row.push_back(column.name);
  std::string text = csv_row(row);
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) {
      for (const Point& p : curve.points) {
        row.clear();
        for (const CsvColumn& column : columns) row.push_back(column.text(panel, curve, p));
        text += csv_row(row);
      }
    }
  }
  return text;
}

std::string figure_csv(const Figure& figure, const Results& results) {
  return figure_csv(figure, *results.experiment, figure_data(figure, results));
}

}  // namespace qklab
