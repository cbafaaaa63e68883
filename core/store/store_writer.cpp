#include "core/store/store_writer.hpp"

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

namespace qklab {

static_assert(std::endian::native == std::endian::little, "series are stored as little-endian doubles");

namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A real number always has a decimal point (1.0), so that a reader of the JSON sees its type.
std::string number_json(const Value& value) {
  std::string text = to_text(value);
  if (std::holds_alternative<double>(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// JSON has no non-finite numbers: they are written as text.
std::string params_json(const Parameters& params) {
  std::string json = "{";
  for (std::size_t i = 0; i < params.values().size(); ++i) {
    const Value& value = params[i];
    const auto* real = std::get_if<double>(&value);
    const bool bare = !std::holds_alternative<std::string>(value) && !(real && !std::isfinite(*real));
    if (i > 0) json += ", ";
    json += '"';
    json += params.schema()[i].name;
    json += "\": ";
    json += bare ? number_json(value) : quoted(to_text(value));
  }
  return json + "}";
}

bool counts_from_one(const std::vector<double>& index) {
  for (std::size_t i = 0; i < index.size(); ++i)
    if (index[i] != static_cast<double>(i + 1)) return false;
  return true;
}

Statement::Blob blob_of(const std::vector<double>& values) {
  return {values.data(), values.size() * sizeof(double)};
}

std::string_view bytes_of(const std::vector<double>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

}  // namespace

StoreWriter::StoreWriter(const Database& database)
    : database_(database),
      find_trial_(database, "SELECT trial FROM trials WHERE id = ?"),
      add_trial_(
          database,
          "INSERT INTO trials(id, status, seconds, params, message, checksum) VALUES(?, ?, ?, ?, ?, ?)"),
      replace_trial_(
          database,
          "UPDATE trials SET status = ?, seconds = ?, params = ?, message = ?, checksum = ? WHERE trial = ?"),
      drop_scalars_(database, "DELETE FROM scalars WHERE trial = ?"),
      drop_series_(database, "DELETE FROM series WHERE trial = ?"),
      drop_arrays_(database, "DELETE FROM arrays WHERE trial = ?"),
      add_scalar_(database, "INSERT INTO scalars VALUES(?, ?, ?)"),
      add_series_(database, "INSERT INTO series VALUES(?, ?, ?, ?)"),
      add_array_(database, "INSERT INTO arrays VALUES(?, ?, ?, ?)"),
      find_metric_(database, "SELECT metric FROM metrics WHERE name = ?"),
      add_metric_(database, "INSERT INTO metrics(name) VALUES(?)") {}

void StoreWriter::put(const Experiment& experiment, const std::vector<Store::Finished>& batch) {
  Transaction transaction(database_, "BEGIN IMMEDIATE");
  try {
    look_up_metrics(experiment);
    for (const Store::Finished& finished : batch) insert(finished);
    transaction.commit();
  } catch (...) {
    experiment_ = nullptr;  // its new metrics are rolled back with the rest
    throw;
  }
}

void StoreWriter::look_up_metrics(const Experiment& experiment) {
  if (experiment_ == &experiment) return;
  const auto keys = [this](const std::vector<Metric>& metrics) {
    std::vector<std::int64_t> keys;
    for (const Metric& metric : metrics) keys.push_back(metric_key(metric.name));
    return keys;
  };
  scalar_keys_ = keys(experiment.scalars);
  series_keys_ = keys(experiment.series);
  array_keys_ = keys(experiment.arrays);
  experiment_ = &experiment;
}

std::int64_t StoreWriter::metric_key(const std::string& name) {
  if (const auto key = find_metric_.number(std::string_view(name))) return *key;
  add_metric_.run(std::string_view(name));
  return sqlite3_last_insert_rowid(database_.handle());
}

std::uint64_t StoreWriter::checksum_of(const Store::Finished& finished, const std::string& params) const {
  const Result& result = finished.result;
  TrialChecksum checksum(finished.spec.id, name_of(result.status), params, result.message);
  for (std::size_t i = 0; i < result.scalars.size(); ++i)
    if (!std::isnan(result.scalars[i])) checksum.scalar(experiment_->scalars[i].name, result.scalars[i]);
  const auto add_series = [&](const std::string& name, const Series& series) {
    if (series.value.empty()) return;
    const auto index = counts_from_one(series.index) ? std::string_view() : bytes_of(series.index);
    checksum.series(name, index, bytes_of(series.value));
  };
  for (std::size_t i = 0; i < result.all_series.size(); ++i)
    add_series(experiment_->series[i].name, result.all_series[i]);
  for (const auto& [name, series] : result.members) add_series(name, series);
  for (std::size_t i = 0; i < result.arrays.size(); ++i) {
    const std::string& name = experiment_->arrays[i].name;
    if (!result.arrays[i].shape.empty()) checksum.array(name, array_file(finished.spec.id, name));
  }
  for (const std::string& name : result.files) checksum.array(name, trial_file(finished.spec.id, name));
  return checksum.value();
}

// The number of the trial's row, from which the trial's earlier content has been removed.
std::int64_t StoreWriter::row_for(const Store::Finished& finished, const std::string& params,
                                  std::uint64_t checksum) {
  const Result& result = finished.result;
  const std::int64_t id = to_key(finished.spec.id);
  const auto trial = find_trial_.number(id);
  if (!trial) {
    add_trial_.run(id, name_of(result.status), result.seconds, std::string_view(params),
                   std::string_view(result.message), to_key(checksum));
    return sqlite3_last_insert_rowid(database_.handle());
  }
  replace_trial_.run(name_of(result.status), result.seconds, std::string_view(params),
                     std::string_view(result.message), to_key(checksum), *trial);
  for (Statement* drop : {&drop_scalars_, &drop_series_, &drop_arrays_}) drop->run(*trial);
  return *trial;
}

void StoreWriter::insert(const Store::Finished& finished) {
  const Result& result = finished.result;
  const std::string params = params_json(finished.spec.params);
  const std::int64_t trial = row_for(finished, params, checksum_of(finished, params));
  for (std::size_t i = 0; i < result.scalars.size(); ++i)
    if (!std::isnan(result.scalars[i])) add_scalar_.run(trial, scalar_keys_[i], result.scalars[i]);
  const auto add_series = [&](std::int64_t metric, const Series& series) {
    if (series.value.empty()) return;
    const auto index = counts_from_one(series.index) ? Statement::Blob{} : blob_of(series.index);
    add_series_.run(trial, metric, index, blob_of(series.value));
  };
  for (std::size_t i = 0; i < result.all_series.size(); ++i)
    add_series(series_keys_[i], result.all_series[i]);
  for (const auto& [name, series] : result.members) add_series(metric_key(name), series);
  for (std::size_t i = 0; i < result.arrays.size(); ++i) {
    if (result.arrays[i].shape.empty()) continue;
    const std::string file = array_file(finished.spec.id, experiment_->arrays[i].name);
    const std::uint64_t checksum = i < finished.array_checksums.size() ? finished.array_checksums[i] : 0;
    add_array_.run(trial, array_keys_[i], std::string_view(file), to_key(checksum));
  }
  for (std::size_t i = 0; i < result.files.size(); ++i) {
    const std::string file = trial_file(finished.spec.id, result.files[i]);
    const std::uint64_t checksum = i < finished.file_checksums.size() ? finished.file_checksums[i] : 0;
    add_array_.run(trial, metric_key(result.files[i]), std::string_view(file), to_key(checksum));
  }
}

}  // namespace qklab
