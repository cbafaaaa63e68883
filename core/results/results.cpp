#include "core/results/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace qklab {

double scalar_of(const Results& results, const TrialRecord& trial, std::string_view name) {
  const Metric* const metric = results.experiment->scalar_metric(name);
  if (!metric) throw Error(fmt::format("experiment '{}' has no scalar '{}'", results.experiment->name, name));
  return trial.scalars[static_cast<std::size_t>(metric - results.experiment->scalars.data())];
}

const Series& series_of(const Results& results, const TrialRecord& trial, std::string_view name) {
  const Metric* const metric = results.experiment->series_metric(name);
  if (!metric) throw Error(fmt::format("experiment '{}' has no series '{}'", results.experiment->name, name));
  const auto member = trial.members.find(std::string(name));
  if (member != trial.members.end()) return member->second;
  return trial.series[static_cast<std::size_t>(metric - results.experiment->series.data())];
}

std::optional<Status> parse_status(std::string_view name) {
  for (const Status status : {Status::done, Status::failed, Status::diverged, Status::pruned})
    if (name == name_of(status)) return status;
  return std::nullopt;
}

void find_not_run(const Sweep& sweep, Results& results, std::size_t most) {
  std::unordered_set<std::uint64_t> known;
  for (const TrialRecord& trial : results.trials) known.insert(trial.id);
  results.not_run.clear();
  sweep.for_each([&](const TrialSpec& spec) {
    if (!known.contains(spec.id)) results.not_run.push_back(spec.params);
    return results.not_run.size() < most;
  });
}

namespace {

std::vector<std::string> trials_header(const Experiment& experiment) {
  std::vector<std::string> header = {"trial", "status"};
  for (const Parameter& parameter : experiment.parameters) header.push_back(parameter.name);
  for (const Metric& metric : experiment.scalars) header.push_back(metric.name);
  return header;
}

std::vector<std::string> series_header() { return {"trial", "metric", "index", "value"}; }

void write_row(CsvWriter& csv, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) csv.field(field);
  csv.end_row();
}

// Steps and layers as people write them: 100000, not 1e+05.
std::string index_text(double index) {
  const bool integral = std::trunc(index) == index && std::abs(index) < 0x1p53;
  return integral && !std::signbit(index) ? fmt::format("{:.0f}", index) : shortest(index);
}

}  // namespace

TrialsCsv::TrialsCsv(const std::string& path, const Experiment& experiment) : csv_(path) {
  write_row(csv_, trials_header(experiment));
}

void TrialsCsv::add(const TrialRecord& trial) {
  csv_.field(trial_name(trial.id));
  csv_.field(name_of(trial.status));
  for (const Value& value : trial.params.values()) csv_.field(to_text(value));
  for (const double value : trial.scalars) csv_.field(std::isnan(value) ? "" : shortest(value));
  csv_.end_row();
}

SeriesCsv::SeriesCsv(const std::string& path, const Experiment& experiment)
    : experiment_(&experiment), csv_(path) {
  write_row(csv_, series_header());
}

void SeriesCsv::add(const TrialRecord& trial) {
  const std::string id = trial_name(trial.id);
  const auto write = [&](const std::string& name, const Series& series) {
    for (std::size_t i = 0; i < series.value.size(); ++i) {
      csv_.field(id);
      csv_.field(name);
      csv_.field(index_text(series.index[i]));
      csv_.field(shortest(series.value[i]));
      csv_.end_row();
    }
  };
  for (std::size_t m = 0; m < trial.series.size(); ++m) {
    const std::string& name = experiment_->series[m].name;
    if (!is_family(name)) {
      write(name, trial.series[m]);
      continue;
    }
    for (const auto& [member, series] : trial.members)
      if (is_member(member, name)) write(member, series);
  }
}

namespace {

template <class Csv> void write_all(const std::string& path, const Results& results) {
  Csv csv(path, *results.experiment);
  for (const TrialRecord& trial : results.trials) csv.add(trial);
  csv.finish();
}

void read_header(CsvReader& csv) {
  if (!csv.next()) csv.fail("the file is empty");
}

void expect_header(CsvReader& csv, const std::vector<std::string>& expected) {
  const std::vector<std::string>& found = csv.fields();
  for (std::size_t i = 0; i < expected.size() && i < found.size(); ++i) {
    if (found[i] != expected[i])
      csv.fail(fmt::format("column {} is '{}', expected '{}'", i + 1, found[i], expected[i]));
  }
  if (found.size() != expected.size())
    csv.fail(fmt::format("{} columns, expected {}", found.size(), expected.size()));
}

double number(const CsvReader& csv, const std::string& text, std::string_view column) {
  const std::optional<double> value = parse_real(text);
  if (!value) csv.fail(fmt::format("{}: expected a number, got '{}'", column, text));
  return *value;
}

std::uint64_t id_of(const CsvReader& csv) {
  const std::string& text = csv.fields()[0];
  const std::optional<std::uint64_t> id = parse_trial_name(text);
  if (!id) csv.fail(fmt::format("trial: expected 16 hexadecimal digits, got '{}'", text));
  return *id;
}

// Parameters and scalars that were added to the experiment after this header was written.
struct Absent {
  std::vector<bool> parameters, scalars;  // in declared order

  Absent(const Experiment& experiment, const std::vector<std::string>& header) {
    const auto lacks = [&header](const std::string& name) {
      return std::ranges::find(header, name) == header.end();
    };
    for (const Parameter& each : experiment.parameters)
      parameters.push_back(each.is_added_later && lacks(each.name));
    for (const Metric& each : experiment.scalars) scalars.push_back(each.added_later && lacks(each.name));
  }

  std::vector<std::string> left_of(std::vector<std::string> header, const Experiment& experiment) const {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i]) std::erase(header, experiment.parameters[i].name);
    for (std::size_t i = 0; i < scalars.size(); ++i)
      if (scalars[i]) std::erase(header, experiment.scalars[i].name);
    return header;
  }
};

TrialRecord read_trial(const CsvReader& csv, const Absent& absent, const Experiment& experiment,
                       const FileIdentities& files) {
  const std::vector<std::string>& fields = csv.fields();
  TrialRecord trial;
  trial.id = id_of(csv);
  const std::optional<Status> status = parse_status(fields[1]);
  if (!status)
    csv.fail(fmt::format("status: expected done, failed, diverged or pruned, got '{}'", fields[1]));
  trial.status = *status;
  trial.params = Parameters(experiment.parameters);
  std::size_t column = 2;
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
    const Parameter& parameter = experiment.parameters[i];
    std::string why;
    std::optional<Value> value =
        absent.parameters[i] ? parameter.fallback : parameter.convert(fields[column++], why);
    if (!value) csv.fail(fmt::format("{}: {}", parameter.name, why));
    trial.params.set(i, std::move(*value));
  }
  for (std::size_t i = 0; i < experiment.scalars.size(); ++i) {
    const std::string text = absent.scalars[i] ? "" : fields[column++];
    trial.scalars.push_back(text.empty() ? std::numeric_limits<double>::quiet_NaN()
                                         : number(csv, text, experiment.scalars[i].name));
  }
  trial.series.resize(experiment.series.size());
  if (trial.id != trial_id(experiment, trial.params, files)) {
    csv.fail(
        fmt::format("trial {} is not that of these parameters: was the line edited, or written by another "
                    "version of experiment '{}'?",
                    fields[0], experiment.name));
  }
  return trial;
}

void read_series(const std::string& path, const Experiment& experiment, Results& results) {
  std::unordered_map<std::uint64_t, std::size_t> rows;
  for (std::size_t i = 0; i < results.trials.size(); ++i) rows[results.trials[i].id] = i;
  CsvReader csv(path);
  read_header(csv);
  expect_header(csv, series_header());
  while (csv.next()) {
    const std::vector<std::string>& fields = csv.fields();
    const auto row = rows.find(id_of(csv));
    if (row == rows.end()) csv.fail(fmt::format("trial {} is not in trials.csv", fields[0]));
    const Metric* metric = experiment.series_metric(fields[1]);
    if (!metric) csv.fail(fmt::format("experiment '{}' has no series '{}'", experiment.name, fields[1]));
    TrialRecord& trial = results.trials[row->second];
    Series& series = is_family(metric->name)
                         ? trial.members[fields[1]]
                         : trial.series[static_cast<std::size_t>(metric - experiment.series.data())];
    series.index.push_back(number(csv, fields[2], "index"));
    series.value.push_back(number(csv, fields[3], "value"));
  }
}

}  // namespace

void write_trials_csv(const std::string& path, const Results& results) {
  write_all<TrialsCsv>(path, results);
}
void write_series_csv(const std::string& path, const Results& results) {
  write_all<SeriesCsv>(path, results);
}

Results read_csv(const std::string& directory, const Experiment& experiment, const FileIdentities& files) {
  Results results;
  results.experiment = &experiment;
  for (const Metric& metric : experiment.series) results.loaded_series.push_back(metric.name);

  CsvReader csv(directory + "/trials.csv");
  read_header(csv);
  const Absent absent(experiment, csv.fields());
  expect_header(csv, absent.left_of(trials_header(experiment), experiment));
  std::unordered_set<std::uint64_t> seen;
  while (csv.next()) {
    results.trials.push_back(read_trial(csv, absent, experiment, files));
    if (!seen.insert(results.trials.back().id).second)
      csv.fail(fmt::format("trial {} stands there twice", csv.fields()[0]));
  }
  read_series(directory + "/series.csv", experiment, results);
  return results;
}

}  // namespace qklab
