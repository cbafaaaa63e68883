#include "core/export/columns.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <type_traits>

#include "core/base/nan.hpp"
#include "core/system/file.hpp"
#include "core/system/npy.hpp"

namespace qklab {

namespace {

Column column_for(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::boolean:
      return {parameter.name, std::vector<bool>()};
    case Type::integer:
      return {parameter.name, std::vector<std::int64_t>()};
    case Type::real:
      return {parameter.name, std::vector<double>()};
    case Type::text:
      break;
  }
  return {parameter.name, std::vector<std::string>()};
}

void add(Column& column, const Value& value) {
  std::visit(
      [&](auto& values) {
        values.push_back(std::get<typename std::decay_t<decltype(values)>::value_type>(value));
      },
      column.values);
}

// Pads rows of different lengths to a rectangle.
Column rectangle(const std::string& name, const std::vector<std::vector<double>>& rows, std::size_t width) {
  std::vector<double> values(rows.size() * width, nan);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy(rows[i].begin(), rows[i].end(), values.begin() + static_cast<std::ptrdiff_t>(i * width));
  return {name, std::move(values), width};
}

template <class T>
std::string npy_of_values(const std::vector<T>& values, const std::vector<std::size_t>& shape) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    return npy_bytes(shape, values);
  } else {
    return npy_bytes(shape, std::span<const T>(values));
  }
}

std::string npy_of(const Column& column) {
  return std::visit([&](const auto& values) { return npy_of_values(values, column.shape()); }, column.values);
}

}  // namespace

std::vector<std::size_t> Column::shape() const {
  const std::size_t size = std::visit([](const auto& all) { return all.size(); }, values);
  return width > 0 ? std::vector<std::size_t>{size / width, width} : std::vector<std::size_t>{size};
}

Columns read_columns(const Store& store, const Sweep& sweep) {
  const Experiment& experiment = sweep.experiment();
  Column trial{"trial", std::vector<std::string>()}, status{"status", std::vector<std::string>()};
  std::vector<Column> parameters, scalars;
  for (const Parameter& parameter : experiment.parameters) parameters.push_back(column_for(parameter));
  for (const Metric& metric : experiment.scalars) scalars.push_back({metric.name, std::vector<double>()});
  std::vector<std::vector<std::vector<double>>> index(experiment.series.size()), value(index.size());
  struct Rows {
    std::vector<std::vector<double>> index, value;
  };
  std::map<std::string, Rows> members;  // members of families, by name
  store.for_each(sweep, [&](const TrialRecord& record) {
    std::get<std::vector<std::string>>(trial.values).push_back(trial_name(record.id));
    std::get<std::vector<std::string>>(status.values).emplace_back(name_of(record.status));
    for (std::size_t i = 0; i < parameters.size(); ++i) add(parameters[i], record.params[i]);
    for (std::size_t i = 0; i < scalars.size(); ++i)
      std::get<std::vector<double>>(scalars[i].values).push_back(record.scalars[i]);
    for (const auto& [name, series] : record.members) {
      Rows& rows = members[name];  // trials before this one did not have this member
      rows.index.resize(index.empty() ? 0 : index[0].size());
      rows.value.resize(rows.index.size());
      rows.index.push_back(series.index);
      rows.value.push_back(series.value);
    }
    for (std::size_t i = 0; i < index.size(); ++i) {
      index[i].push_back(record.series[i].index);
      value[i].push_back(record.series[i].value);
    }
  });

  Columns columns;
  columns.trials = {std::move(trial), std::move(status)};
  for (auto* part : {&parameters, &scalars})
    std::move(part->begin(), part->end(), std::back_inserter(columns.trials));
  for (std::size_t i = 0; i < index.size(); ++i) {
    std::size_t width = 1;
    for (const auto& row : value[i]) width = std::max(width, row.size());
    const std::string& name = experiment.series[i].name;
    if (is_family(name)) continue;
    columns.series.push_back({rectangle(name + ".index", index[i], width), rectangle(name, value[i], width)});
  }
  for (auto& [name, rows] : members) {
    rows.index.resize(index[0].size());
    rows.value.resize(index[0].size());
    std::size_t width = 1;
    for (const auto& row : rows.value) width = std::max(width, row.size());
    columns.series.push_back(
        {rectangle(name + ".index", rows.index, width), rectangle(name, rows.value, width)});
  }
  return columns;
}

void write_npy(const Columns& columns, const std::string& directory) {
  const std::string npy = directory + "/npy/";
  make_directories(npy + "series");
  for (const Column& column : columns.trials) write_file(npy + column.name + ".npy", npy_of(column));
  for (const SeriesColumns& series : columns.series)
    for (const Column* column : {&series.index, &series.value})
      write_file(npy + "series/" + column->name + ".npy", npy_of(*column));
}

}  // namespace qklab
