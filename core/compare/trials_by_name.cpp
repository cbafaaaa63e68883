#include "core/compare/trials_by_name.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/value.hpp"
#include "core/results/csv.hpp"
#include "core/store/store.hpp"
#include "core/store/store_file.hpp"
#include "core/store/stored_trial.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? shortest(value.get<double>()) : value.dump();
}

TrialsByName read_store(const std::string& path) {
  TrialsByName run;
  run.source = Store(path, Store::Mode::read).source();
  const ReadOnly file = open_to_read(path);
  run.experiment = file.database.text("SELECT value FROM meta WHERE key = 'experiment'");
  run.version = file.database.text("SELECT value FROM meta WHERE key = 'version'");
  const Transaction snapshot(file.database);
  StoredTrialReader reader(file.database);
  StoredTrial stored;
  Statement ids(file.database, "SELECT id FROM trials ORDER BY trial");
  while (ids.step()) {
    if (!reader.find(to_id(ids.integer(0)), stored)) continue;
    NamedTrial trial{trial_name(stored.id), stored.status, {}, {}};
    const nlohmann::json params = nlohmann::json::parse(stored.params);
    for (const auto& [name, value] : params.items()) trial.params[name] = text_of(value);
    if (stored.status == name_of(Status::done))
      for (const auto& scalar : stored.scalars)
        trial.scalars[reader.metric_name(scalar.metric)] = scalar.value;
    run.trials.push_back(std::move(trial));
  }
  if (file.stamp && !(*file.stamp == FileStamp(path)))
    throw Error(fmt::format("{}: a run began to write it while it was read; try again", path));
  return run;
}

TrialsByName read_files(const std::string& directory) {
  TrialsByName run;
  const nlohmann::json manifest = nlohmann::json::parse(read_file(directory + "/manifest.json"));
  run.experiment = manifest.at("experiment");
  run.version = text_of(manifest.at("experiment_version"));
  const nlohmann::json& config = manifest.at("config");
  run.source = {config.at("file"), config.at("text"), config.at("preset"), config.at("overrides")};
  const nlohmann::json& parameters = manifest.at("parameters");
  CsvReader csv(directory + "/trials.csv");
  if (!csv.next()) csv.fail("the file is empty");
  const std::vector<std::string> header = csv.fields();
  if (header.size() < 2 || header[0] != "trial" || header[1] != "status")
    csv.fail("expected the columns trial, status, ...");
  while (csv.next()) {
    NamedTrial trial{csv.fields()[0], csv.fields()[1], {}, {}};
    for (std::size_t i = 2; i < header.size(); ++i) {
      const std::string& text = csv.fields()[i];
      if (parameters.contains(header[i])) {
        trial.params[header[i]] = text;
      } else if (const auto value = parse_real(text); value && trial.status == name_of(Status::done)) {
        trial.scalars[header[i]] = *value;
      }
    }
    run.trials.push_back(std::move(trial));
  }
  return run;
}

}  // namespace

TrialsByName read_by_name(const std::string& directory) {
  try {
    if (std::filesystem::exists(directory + "/run.db")) return read_store(directory + "/run.db");
    if (std::filesystem::exists(directory + "/manifest.json")) return read_files(directory);
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: cannot be read: {}", directory, error.what()));
  }
  throw InputError(fmt::format("{}: no run directory: it has neither run.db nor manifest.json", directory));
}

}  // namespace qklab
