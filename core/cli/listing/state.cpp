#include "core/cli/listing/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/cli/writer.hpp"
#include "core/directory/loaded.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {

namespace {

using Json = nlohmann::ordered_json;

void look_at_sweep(DirectoryState& state, const Store& store, const ConfigSource& source) {
  try {
    Loaded loaded = load_config(source);
    grow(loaded, store);
    state.name = loaded.config.name;
    state.trials = loaded.config.sweep.ids().size();
    state.to_run = unfinished_trials(loaded.config.sweep, store);
  } catch (const InputError& error) {  // its plugin is not loaded, for one
    state.unknown = error.what();
  }
}

DirectoryState state_of_reference(const std::string& directory) {
  const RunDirectory run = open_directory(directory);
  DirectoryState state;
  state.directory = directory;
  state.is_reference = true;
  const Config& config = run.loaded.config;
  state.name = config.name;
  state.experiment = config.experiment->name;
  state.config = config.source.file;
  state.preset = config.source.preset;
  for (const TrialRecord& trial : run.results.trials) {
    state.counts.done += trial.status == Status::done;
    state.counts.failed += trial.status == Status::failed;
    state.counts.diverged += trial.status == Status::diverged;
    state.counts.pruned += trial.status == Status::pruned;
  }
  state.trials = config.sweep.ids().size();
  state.to_run = *state.trials - std::min<std::uint64_t>(*state.trials, run.results.trials.size());
  return state;
}

Json json_of(const DirectoryState& state) {
  Json running = Json::array(), failures = Json::array();
  for (const RunningTrial& each : state.running.trials) running.push_back(running_json(each));
  for (const Store::Failure& each : state.failures) {
    failures.push_back({{"trial", trial_name(each.id)},
                        {"status", name_of(each.status)},
                        {"message", each.message},
                        {"parameters", Json::parse(each.params)}});
  }
  const auto known = [](const std::optional<std::uint64_t>& number) {
    return number ? Json(*number) : Json();
  };
  return {{"directory", state.directory},
          {"name", state.name},
          {"state", state.word()},
          {"experiment", state.experiment},
          {"config", state.config},
          {"preset", state.preset},
          {"trials", known(state.trials)},
          {"to_run", known(state.to_run)},
          {"done", state.counts.done},
          {"failed", state.counts.failed},
          {"diverged", state.counts.diverged},
          {"pruned", state.counts.pruned},
          {"writer", state.writer.empty() ? Json() : Json(std::stoll(state.writer))},
          {"unknown", state.unknown},
          {"seconds_left", json_in_full(state.running.left)},
          {"running", std::move(running)},
          {"failures", std::move(failures)}};
}

}  // namespace

std::string_view DirectoryState::word() const {
  if (is_reference) return "reference";
  if (!writer.empty()) return "running";
  if (!to_run) return "unknown";
  return *to_run == 0 ? "complete" : "incomplete";
}

DirectoryState state_of(const std::string& directory, std::size_t most_failures) {
  if (!std::filesystem::exists(store_path(directory))) return state_of_reference(directory);
  const Store store(store_path(directory), Store::Mode::read);
  const ConfigSource source = store.source();
  DirectoryState state;
  state.directory = directory;
  state.name = std::filesystem::path(directory).filename().string();
  state.experiment = store.experiment().value_or("");
  state.config = source.file;
  state.preset = source.preset;
  state.writer = writer_of(directory);
  state.counts = store.counts();
  look_at_sweep(state, store, source);
  if (!state.writer.empty()) state.running = read_running(directory);
  state.failures = store.failures(most_failures);
  return state;
}

std::string state_json(const DirectoryState& state) { return json_of(state).dump(2); }

std::string state_json(const std::vector<DirectoryState>& states) {
  Json list = Json::array();
  for (const DirectoryState& state : states) list.push_back(json_of(state));
  return list.dump(2);
}

}  // namespace qklab
