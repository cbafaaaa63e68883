#include "core/store/stored_trial.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/value.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

namespace {

// A bijective step for each word, so that a change of any single word always changes the result.
std::uint64_t step(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

std::uint64_t term(std::string_view kind, std::string_view metric, std::uint64_t content) {
  return mix(step(hash_text(kind) + 3 * hash_text(metric), content));
}

// Stands for a parameter without default that an earlier version of the experiment did not have.
Value nothing_of(Type type) {
  switch (type) {
    case Type::boolean:
      return false;
    case Type::integer:
      return std::int64_t{0};
    case Type::real:
      return 0.0;
    case Type::text:
      return std::string();
  }
  return false;
}

std::string_view checksum_column(std::int64_t version) { return version < 2 ? "0" : "checksum"; }

}  // namespace

Parameters params_of_json(const Experiment& experiment, const std::string& json) {
  const Schema& schema = experiment.parameters;
  const nlohmann::json settings = nlohmann::json::parse(json, nullptr, false);
  if (!settings.is_object()) throw Error("a trial's parameters cannot be read");
  Parameters params(schema);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const Parameter& parameter = schema[i];
    std::optional<Value> value;
    std::string why;
    if (const auto found = settings.find(parameter.name); found != settings.end())
      value = parameter.convert(found->is_string() ? found->get<std::string>() : found->dump(), why);
    if (!value && parameter.derive) value = parameter.derive(params);
    if (!value) value = parameter.fallback.value_or(nothing_of(parameter.type));
    params.set(i, *std::move(value));
  }
  return params;
}

std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = step(hash, word);
  }
  std::uint64_t last = 0;
  if (!bytes.empty()) std::memcpy(&last, bytes.data(), bytes.size());
  return mix(step(hash, last));
}

TrialChecksum::TrialChecksum(std::uint64_t id, std::string_view status, std::string_view params,
                             std::string_view message)
    : sum_(mix(id) + term("status", "", hash_text(status)) + term("params", "", hash_text(params)) +
           term("message", "", hash_text(message))) {}

void TrialChecksum::scalar(std::string_view metric, double value) {
  sum_ += term("scalar", metric, std::bit_cast<std::uint64_t>(value));
}

void TrialChecksum::series(std::string_view metric, std::string_view index, std::string_view value) {
  sum_ += term("series", metric, step(3 * hash_bytes(index), hash_bytes(value)));
}

void TrialChecksum::array(std::string_view metric, std::string_view file) {
  sum_ += term("array", metric, hash_text(file));
}

std::uint64_t TrialChecksum::value() const { return mix(sum_); }

StoredTrialReader::StoredTrialReader(const Database& database)
    : database_(&database),
      has_checksums_(database.integer("PRAGMA user_version") >= 2),
      has_series_(database.integer("SELECT EXISTS(SELECT 1 FROM series)") != 0),
      has_arrays_(database.integer("SELECT EXISTS(SELECT 1 FROM arrays)") != 0),
      find_(database,
            fmt::format("SELECT trial, status, seconds, params, message, {} FROM trials WHERE id = ?",
                        checksum_column(database.integer("PRAGMA user_version")))),
      scalars_(database, "SELECT metric, value FROM scalars WHERE trial = ?"),
      series_(database, "SELECT metric, idx, value FROM series WHERE trial = ?"),
      arrays_(database, fmt::format("SELECT metric, file, {} FROM arrays WHERE trial = ?",
                                    checksum_column(database.integer("PRAGMA user_version")))) {
  Statement all(database, "SELECT metric, name FROM metrics");
  while (all.step()) names_.emplace(all.integer(0), all.bytes(1));
}

const std::string& StoredTrialReader::metric_name(std::int64_t metric) const {
  const auto found = names_.find(metric);
  if (found == names_.end())
    throw DamagedTrial(fmt::format("{}: is damaged: a metric of a trial has no name", database_->path()));
  return found->second;
}

bool StoredTrialReader::find(std::uint64_t id, StoredTrial& trial) {
  find_.start(to_key(id));
  if (!find_.step()) return false;
  trial.row = find_.integer(0);
  trial.id = id;
  trial.status = find_.bytes(1);
  trial.seconds = find_.real(2);
  trial.params = find_.bytes(3);
  trial.message = find_.bytes(4);
  trial.checksum = to_id(find_.integer(5));
  read_metrics_of(trial);
  const std::uint64_t checksum = checksum_of(trial);
  if (!has_checksums_) {
    trial.checksum = checksum;
  } else if (trial.checksum != checksum) {
    throw DamagedTrial(fmt::format(
        "{}: trial {} is damaged: what is stored of it does not fit its checksum; "
        "`qklab verify DIR` lists what is lost, `qklab merge DIR --salvage --out NEW` keeps the rest",
        database_->path(), trial_name(id)));
  }
  return true;
}

void StoredTrialReader::read_metrics_of(StoredTrial& trial) {
  trial.scalars.clear();
  trial.series.clear();
  trial.arrays.clear();
  for (scalars_.start(trial.row); scalars_.step();)
    trial.scalars.push_back({scalars_.integer(0), scalars_.real(1)});
  if (has_series_) {
    for (series_.start(trial.row); series_.step();)
      trial.series.push_back({series_.integer(0), series_.null(1), std::string(series_.bytes(1)),
                              std::string(series_.bytes(2))});
  }
  if (has_arrays_) {
    for (arrays_.start(trial.row); arrays_.step();)
      trial.arrays.push_back({arrays_.integer(0), std::string(arrays_.bytes(1)), to_id(arrays_.integer(2))});
  }
}

std::uint64_t StoredTrialReader::checksum_of(const StoredTrial& trial) const {
  TrialChecksum checksum(trial.id, trial.status, trial.params, trial.message);
  for (const auto& scalar : trial.scalars) checksum.scalar(metric_name(scalar.metric), scalar.value);
  for (const auto& series : trial.series)
    checksum.series(metric_name(series.metric), series.index, series.value);
  for (const auto& array : trial.arrays) checksum.array(metric_name(array.metric), array.file);
  return checksum.value();
}

void add_checksums(const Database& database) {
  database.execute(
      "ALTER TABLE trials ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE arrays ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0");
  StoredTrialReader reader(database);  // the file still has version 1, so no checksum is compared
  Statement ids(database, "SELECT id FROM trials ORDER BY trial");
  Statement set(database, "UPDATE trials SET checksum = ? WHERE trial = ?");
  StoredTrial trial;
  while (ids.step()) {
    reader.find(to_id(ids.integer(0)), trial);
    set.run(to_key(trial.checksum), trial.row);
  }
}

}  // namespace qklab
