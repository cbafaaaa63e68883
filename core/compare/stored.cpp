#include "core/compare/stored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/version.hpp"
#include "core/run/scheduler.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

bool is_run_directory(const fs::path& path) {
  return fs::exists(path / "run.db") || fs::exists(path / "manifest.json");
}

// The folders results/ and results/reference/, below the current folder and below the source tree.
std::vector<fs::path> known_directories() {
  std::vector<fs::path> found;
  const fs::path source = source_directory();
  for (const fs::path& folder : {fs::path("results/reference"), source / "results/reference",
                                 fs::path("results"), source / "results"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (is_run_directory(entry.path())) found.push_back(entry.path());
    }
  }
  return found;
}

Stored read_stored(const std::string& directory, const std::function<bool(std::uint64_t)>& wanted) {
  Stored stored{directory, nullptr, {}, 0, {}, MetricSizes(Experiment{}), !is_reference(directory)};
  const auto take = [&](const TrialRecord& trial) {
    if (trial.status == Status::failed || trial.status == Status::pruned) return;
    stored.sizes.include(trial);
    ++stored.eligible;
    if (wanted(trial.id)) stored.chosen.push_back(trial);
  };
  const auto begin = [&](const Config& config) {
    stored.experiment = config.experiment;
    stored.telling = Telling(config.sweep);
    stored.sizes = MetricSizes(*config.experiment);
  };
  if (fs::exists(store_path(directory))) {
    const Store store(store_path(directory), Store::Mode::read);
    Loaded loaded = load_config(store.source());
    grow(loaded, store);
    begin(loaded.config);
    stored.files = loaded.config.sweep.files();
    store.for_each(loaded.config.sweep, take);
  } else {
    const Config config = load_config(read_manifest_source(directory)).config;
    begin(config);
    stored.files = config.sweep.files();
    for (const TrialRecord& trial : read_csv(directory, *config.experiment, stored.files).trials) take(trial);
  }
  return stored;
}

// Draws `count` of the ids without replacement.
std::set<std::uint64_t> draw_ids(std::vector<std::uint64_t> ids, std::size_t count, std::uint64_t seed) {
  Stream stream(seed, 0, "replay");
  for (std::size_t i = 0; i < std::min(count, ids.size()); ++i) {
    std::swap(ids[i], ids[i + static_cast<std::size_t>(stream.below(ids.size() - i))]);
  }
  return {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids.size()))};
}

Stored choose(const std::string& directory, const ReplayRequest& request) {
  std::vector<std::uint64_t> ids;
  read_stored(directory, [&](std::uint64_t id) {
    ids.push_back(id);
    return false;
  });
  const std::set<std::uint64_t> chosen = draw_ids(std::move(ids), request.trials, request.seed);
  return read_stored(directory, [&](std::uint64_t id) { return chosen.count(id) > 0; });
}

// The target is a directory, the name of a figure, or the name of a trial.
Stored find(const ReplayRequest& request) {
  const std::string& target = request.target;
  if (is_run_directory(target)) return choose(target, request);
  const std::vector<fs::path> known = known_directories();
  if (const auto id = parse_trial_name(target)) {
    for (const fs::path& directory : known) {
      Stored stored = read_stored(directory.string(), [&](std::uint64_t other) { return other == *id; });
      if (!stored.chosen.empty()) return stored;
    }
    throw InputError(fmt::format("no directory below results/ holds a finished trial {}", target));
  }
  std::vector<std::string> names;
  for (const fs::path& directory : known) {
    if (directory.filename() == target) return choose(directory.string(), request);
    names.push_back(directory.filename().string());
  }
  throw InputError(fmt::format("{}: neither a run directory, nor one below results/, nor a trial{}", target,
                               did_you_mean(target, names)));
}

// A trial that is run again must read the same files as before.
void check_files(const Stored& stored) {
  for (const FileIdentity& then : stored.files) {
    const FileIdentity now = identify_file(then.path);
    if (now == then) continue;
    throw InputError(fmt::format("{}: its trials read {}, which is now another file: {}", stored.directory,
                                 then.str(), now.str()));
  }
}

}  // namespace

Stored find_stored(const ReplayRequest& request) {
  Stored stored = find(request);
  if (stored.chosen.empty()) throw InputError(fmt::format("{}: no finished trial", stored.directory));
  check_files(stored);
  return stored;
}

std::vector<std::string> replay_trial(const Stored& stored, const TrialRecord& trial, const Sameness& wanted,
                                      const std::atomic<bool>& stop) {
  const Result again = run_trial(*stored.experiment, {trial.id, trial.params}, stop);
  return compare_trial(*stored.experiment, trial, again, stored.directory, wanted, stored.sizes,
                       stored.all_series);
}

}  // namespace qklab
