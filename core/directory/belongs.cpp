#include "core/directory/belongs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/directory/manifest.hpp"
#include "core/store/store_file.hpp"
#include "core/trial/plugin.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

// The experiment of a directory that has no store.
std::optional<std::string> experiment_of_manifest(const std::string& directory) {
  return fs::exists(manifest_path(directory)) ? read_manifest_experiment(directory) : std::nullopt;
}

std::optional<std::string> experiment_of_store(const std::string& directory) {
  try {
    return Store(store_path(directory), Store::Mode::read).experiment();
  } catch (const HoldsNothing&) {
    return std::nullopt;
  }
}

bool holds_reserved_seeds(const std::string& directory) {
  if (!fs::exists(store_path(directory)) || !experiment_of_store(directory)) return false;
  return Store(store_path(directory), Store::Mode::read).source().confirming.has_value();
}

bool holds_any(const Store& store, const std::vector<std::uint64_t>& ids) {
  const auto known = store.statuses();
  return std::ranges::any_of(ids, [&](std::uint64_t id) { return known.contains(id); });
}

}  // namespace

void refuse_other_experiment(const std::string& directory, const Config& config) {
  const std::string& wanted = config.experiment->name;
  if (!fs::exists(store_path(directory)) && is_reference(directory)) {
    throw InputError(
        fmt::format("{}: is a reference, which a run would write over: choose another --out DIR", directory));
  }
  if (!config.source.confirming && holds_reserved_seeds(directory)) {
    throw InputError(
        fmt::format("{}: holds the results of reserved seeds, which only `qklab confirm` adds to: choose "
                    "another --out DIR",
                    directory));
  }
  const auto known =
      fs::exists(store_path(directory)) ? experiment_of_store(directory) : experiment_of_manifest(directory);
  if (!known || *known == wanted) return;
  throw InputError(fmt::format(
      "{}: holds results of experiment '{}', and {} is of '{}': choose another name or --out DIR, or "
      "keep the earlier results aside with --fresh",
      directory, *known, config.source.file, wanted));
}

void refuse_another_build(const Sweep& sweep, const Store& store, const std::vector<std::string>& besides) {
  const FileIdentities loaded = plugins_of(sweep.experiment());
  std::vector<std::uint64_t> ids;
  const auto check = [&](const Store& known, const std::string& where) {
    const FileIdentities builds = known.plugins();
    for (const FileIdentity& now : loaded) {
      const FileIdentity* const then = latest_build(builds, now);
      if (!then || then->sha256 == now.sha256) continue;
      if (ids.empty()) ids = sweep.ids();
      if (!holds_any(known, ids)) return;
      throw InputError(fmt::format(
          "{}trials of this sweep were computed by another build of the plugin: {}, now it is {}; raise the "
          "experiment's version where results change, start over with --fresh, or go on with --mix-builds "
          "where they "
          "do not",
          where, then->str(), now.str()));
    }
  };
  check(store, "");
  for (const std::string& directory : besides)
    check(Store(store_path(directory), Store::Mode::read), directory + ": ");
}

std::vector<std::string> changes(const Store& store, const ConfigSource& source) {
  std::vector<std::string> lines;
  if (!store.experiment()) return lines;
  const ConfigSource earlier = store.source();
  const bool other_config = earlier.file != source.file && earlier.text != source.text;
  if (other_config || earlier.preset != source.preset) {
    lines.push_back(
        fmt::format("tables and figures of {}, preset {}, are replaced by those of {}, preset {}; its trials "
                    "stay in run.db",
                    earlier.file, earlier.preset, source.file, source.preset));
  }
  const FileIdentities before = earlier.files.value_or(FileIdentities());
  for (const FileIdentity& now : source.files.value_or(FileIdentities())) {
    const FileIdentity* const then = find_file(before, now.path);
    if (!then || then->sha256 == now.sha256) continue;
    lines.push_back(
        fmt::format("{} is another file than at the last run, {}: its trials are run anew, earlier ones "
                    "are kept in run.db",
                    now.str(), then->sha256.substr(0, 16) + "..."));
  }
  return lines;
}

}  // namespace qklab
