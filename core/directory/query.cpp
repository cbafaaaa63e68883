#include "core/directory/query.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/directory/loaded.hpp"
#include "core/store/store_file.hpp"
#include "core/sweep/where.hpp"

namespace qklab {

namespace {

std::string quoted_name(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string quoted_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

// A parameter's value with its type. Stores of earlier versions hold a whole real number as an integer, which
// SQL would divide as an integer; non-finite numbers are stored as text, since JSON has none.
std::string value_of(const std::string& name, bool is_real) {
  const std::string value = "params ->> " + quoted_text("$." + quoted_name(name));
  if (!is_real) return value;
  return fmt::format(
      "CASE {0} WHEN 'inf' THEN 9e999 WHEN '-inf' THEN -9e999 WHEN 'nan' THEN NULL "
      "ELSE CAST({0} AS REAL) END",
      value);
}

// The parameters of the trials, and whether each is real: from the experiment, or from the values if the
// experiment is unknown, as it is when its plugin is not loaded.
std::vector<std::pair<std::string, bool>> parameters_of(const Database& database) {
  std::vector<std::pair<std::string, bool>> parameters;
  const Experiment* const experiment =
      find_experiment(database.text("SELECT value FROM meta WHERE key = 'experiment'"));
  Statement all(database, "SELECT key, type = 'real' FROM json_each((SELECT params FROM trials LIMIT 1))");
  while (all.step()) {
    std::string name(all.bytes(0));
    const auto known = experiment ? experiment->parameters.find(name) : std::nullopt;
    const bool is_real = known ? experiment->parameters[*known].type == Type::real : all.integer(1) != 0;
    parameters.emplace_back(std::move(name), is_real);
  }
  return parameters;
}

// Adds a table `results` like trials.csv: one row per trial, one column per parameter and scalar.
void add_results_view(const Database& database) {
  std::string columns;
  std::set<std::string> names;
  const auto add = [&](const std::string& value, const std::string& name) {
    if (names.insert(name).second) columns += fmt::format(", {} AS {}", value, quoted_name(name));
  };
  for (const auto& [name, is_real] : parameters_of(database)) add(value_of(name, is_real), name);
  Statement metrics(database,
                    "SELECT metric, name FROM metrics AS m WHERE EXISTS(SELECT 1 FROM scalars WHERE metric = "
                    "m.metric) ORDER BY metric");
  while (metrics.step()) {
    add(fmt::format("(SELECT value FROM scalars AS s WHERE s.trial = t.trial AND s.metric = {})",
                    metrics.integer(0)),
        std::string(metrics.bytes(1)));
  }
  for (const char* name : {"seconds", "message"}) add(name, name);  // unless a scalar has that name
  database.execute(
      fmt::format("CREATE TEMP VIEW results AS SELECT printf('%016x', id) AS trial, status{} FROM trials "
                  "AS t",
                  columns)
          .c_str());
}

// Allows reading, and only this file: no ATTACH, and no PRAGMA that sets something.
int only_reading(void*, int action, const char*, const char*, const char*, const char*) {
  const bool reads = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
                     action == SQLITE_RECURSIVE;
  return reads ? SQLITE_OK : SQLITE_DENY;
}

std::string field_of(const Statement& row, int column) {
  sqlite3_stmt* const handle = row.handle();
  switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL:
      return "";
    case SQLITE_FLOAT:
      return shortest(row.real(column));
    case SQLITE_BLOB: {
      std::string hex;
      for (const char c : row.bytes(column)) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return hex;
    }
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, column));
      return text ? text : "";
    }
  }
}

// A hint for "no such column: init.mean" if `results` has this column: SQL reads the part before the dot as a
// table.
std::string dotted_name_hint(const Database& database, const std::string& problem) {
  Statement columns(database, "SELECT * FROM results LIMIT 0");
  for (int i = 0; i < sqlite3_column_count(columns.handle()); ++i) {
    const std::string name = sqlite3_column_name(columns.handle(), i);
    if (name.find('.') != std::string::npos && problem.ends_with("no such column: " + name))
      return fmt::format("\n  a name with a dot is written in double quotes: SELECT {} FROM results",
                         quoted_name(name));
  }
  return "";
}

// An expression may use parameters, scalars and `status`.
Schema columns_of(const Experiment& experiment) {
  Schema columns;
  for (const Parameter& parameter : experiment.parameters) columns.add(parameter);
  for (const Metric& metric : experiment.scalars)
    if (!columns.find(metric.name)) columns.add(real(metric.name, metric.doc).nonfinite_allowed());
  if (!columns.find("status"))
    columns.add(choice("status", "done", {"done", "failed", "diverged", "pruned"}, "outcome"));
  return columns;
}

}  // namespace

bool is_sql(const std::string& query) {
  std::string word;
  for (const char c : query.substr(query.find_first_not_of(" \t\n(") == std::string::npos
                                       ? query.size()
                                       : query.find_first_not_of(" \t\n("))) {
    if (!std::isalpha(static_cast<unsigned char>(c))) break;
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return word == "select" || word == "with" || word == "values" || word == "explain";
}

void query_sql(const std::string& directory, const std::string& sql, const RowVisitor& visit) {
  if (!std::filesystem::exists(store_path(directory)))
    throw InputError(fmt::format("{}: has no run.db, which SQL needs; a condition does not", directory));
  const ReadOnly file = open_to_read(store_path(directory));
  const Database& database = file.database;
  const Transaction snapshot(database);
  add_results_view(database);
  sqlite3_set_authorizer(database.handle(), only_reading, nullptr);
  sqlite3_limit(database.handle(), SQLITE_LIMIT_ATTACHED, 0);
  try {
    Statement query(database, sql);
    std::vector<std::string> row;
    const int columns = sqlite3_column_count(query.handle());
    for (int i = 0; i < columns; ++i) row.emplace_back(sqlite3_column_name(query.handle(), i));
    visit(row);
    while (query.step()) {
      row.clear();
      for (int i = 0; i < columns; ++i) row.push_back(field_of(query, i));
      visit(row);
    }
  } catch (const Error& error) {
    throw InputError(fmt::format("{}{}\n  \"SELECT * FROM results LIMIT 1\" shows the columns of results",
                                 error.what(), dotted_name_hint(database, error.what())));
  }
}

QueryCounts query_where(const std::string& directory, const std::string& expression,
                        const RowVisitor& visit) {
  const RunDirectory run = open_directory(directory);
  const Experiment& experiment = *run.results.experiment;
  const Schema columns = columns_of(experiment);
  Diagnostics diagnostics;
  const Where where =
      Where::parse(expression, columns, {fmt::format("query '{}'", expression), 0, 0}, diagnostics);
  diagnostics.throw_if_any();

  std::vector<std::string> row = {"trial", "status"};
  for (const Parameter& parameter : experiment.parameters) row.push_back(parameter.name);
  for (const Metric& metric : experiment.scalars) row.push_back(metric.name);
  visit(row);
  Parameters values(columns);
  QueryCounts counts{run.results.trials.size()};
  for (const TrialRecord& trial : run.results.trials) {
    row = {trial_name(trial.id), std::string(name_of(trial.status))};
    for (std::size_t i = 0; i < experiment.parameters.size(); ++i) {
      values.set(i, trial.params[i]);
      row.push_back(to_text(trial.params[i]));
    }
    for (std::size_t i = 0; i < experiment.scalars.size(); ++i) {
      const double value = trial.scalars[i];
      values.set(*columns.find(experiment.scalars[i].name), value);
      row.push_back(std::isnan(value) ? "" : shortest(value));
    }
    values.set(*columns.find("status"), std::string(name_of(trial.status)));
    if (!where.holds(values)) continue;
    visit(row);
    ++counts.found;
  }
  return counts;
}

}  // namespace qklab
