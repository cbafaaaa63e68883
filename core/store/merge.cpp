#include "core/store/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "core/store/history.hpp"
#include "core/store/store.hpp"
#include "core/store/store_file.hpp"
#include "core/store/store_health.hpp"
#include "core/store/stored_trial.hpp"
#include "core/store/trial_difference.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

std::string db_of(const std::string& directory) { return directory + "/run.db"; }

using Meta = std::map<std::string, std::string, std::less<>>;

Meta meta_of(const Database& database) {
  Meta meta;
  Statement all(database, "SELECT key, value FROM meta");
  while (all.step()) meta.emplace(all.bytes(0), all.bytes(1));
  return meta;
}

FileIdentities files_of(const Meta& meta, std::string_view key) {
  const auto found = meta.find(key);
  return found == meta.end() ? FileIdentities() : parse_files_json(found->second);
}

// Checks the files that trials were computed from, and the build of a plugin that computed them.
void check_files(const Meta& a, const std::string& in_a, const Meta& b, const std::string& in_b) {
  const FileIdentities files = files_of(a, "files");
  for (const FileIdentity& file : files_of(b, "files")) {
    const FileIdentity* const known = find_file(files, file.path);
    if (!known || *known == file) continue;
    throw InputError(
        fmt::format("{} and {}: were run with different contents of {}: {} and {}; say with --config-of DIR "
                    "whose is meant",
                    in_a, in_b, file.path, known->str(), file.str()));
  }
  const FileIdentities of_a = files_of(a, "plugins"), of_b = files_of(b, "plugins");
  for (const FileIdentity& build : of_b) {
    const FileIdentity *const then = latest_build(of_a, build), *const last = latest_build(of_b, build);
    if (!then || then->sha256 == last->sha256) continue;
    throw InputError(fmt::format(
        "{} and {}: were computed by different builds of a plugin: {} and {}; say with --config-of "
        "DIR whose config "
        "the merged directory is to have, if that makes no difference",
        in_a, in_b, then->str(), last->str()));
  }
}

// Adds the plugin builds that computed trials of this store.
void add_plugins(const Meta& meta, FileIdentities& all) {
  for (const FileIdentity& build : files_of(meta, "plugins"))
    if (std::ranges::find(all, build.sha256, &FileIdentity::sha256) == all.end()) all.push_back(build);
}

// Adds the builds of qklab that computed trials of this store.
void add_origins(const Meta& meta, std::vector<std::string>& all) {
  const auto found = meta.find("origins");
  if (found == meta.end()) return;
  for (const std::string origin : nlohmann::json::parse(found->second))
    if (std::ranges::count(all, origin) == 0) all.push_back(origin);
}

// Experiment and version must be equal, and so must the configs, unless one was chosen.
void check_alike(const Meta& a, const std::string& in_a, const Meta& b, const std::string& in_b,
                 bool chosen) {
  const auto differ = [&](std::string_view key) {
    const auto at_a = a.find(key), at_b = b.find(key);
    return at_a == a.end() || at_b == b.end() || at_a->second != at_b->second;
  };
  if (differ("experiment") || differ("version")) {
    throw InputError(
        fmt::format("{} and {}: are of different experiments, or of different versions of one; "
                    "their trials cannot be merged",
                    in_a, in_b));
  }
  const auto confirming = [](const Meta& meta) {  // stores of earlier versions say nothing of it
    const auto found = meta.find("confirming");
    return found == meta.end() ? std::string() : found->second;
  };
  if (confirming(a) != confirming(b)) {
    throw InputError(fmt::format(
        "{} and {}: were run with different seeds: only runs of one confirmation can be merged", in_a, in_b));
  }
  if (chosen) return;
  check_files(a, in_a, b, in_b);
  for (const std::string_view key : {"text", "preset", "overrides"}) {
    if (!differ(key)) continue;
    throw InputError(
        fmt::format("{} and {}: were run with different {}; say with --config-of DIR whose config the merged "
                    "directory is to have",
                    in_a, in_b,
                    key == "text"     ? "configs"
                    : key == "preset" ? "presets"
                                      : "overrides"));
  }
}

// Whether `a` was pruned, and the same trial continued further in `b`.
bool is_earlier_rung(const StoredTrial& a, const StoredTrial& b) {
  if (a.status != name_of(Status::pruned)) return false;
  return b.status != name_of(Status::pruned) ? b.status != name_of(Status::failed)
                                             : pruned_at(a.message) < pruned_at(b.message);
}

class Merger {
 public:
  Merger(const Database& target, std::string directory)
      : target_(target),
        directory_(std::move(directory)),
        add_trial_(
            target,
            "INSERT INTO trials(id, status, seconds, params, message, checksum) VALUES(?, ?, ?, ?, ?, ?)"),
        drop_trial_(target, "DELETE FROM trials WHERE trial = ?"),
        drop_scalars_(target, "DELETE FROM scalars WHERE trial = ?"),
        drop_series_(target, "DELETE FROM series WHERE trial = ?"),
        drop_arrays_(target, "DELETE FROM arrays WHERE trial = ?"),
        add_scalar_(target, "INSERT INTO scalars VALUES(?, ?, ?)"),
        add_series_(target, "INSERT INTO series VALUES(?, ?, ?, ?)"),
        add_array_(target, "INSERT INTO arrays VALUES(?, ?, ?, ?)"),
        find_metric_(target, "SELECT metric FROM metrics WHERE name = ?"),
        add_metric_(target, "INSERT INTO metrics(name) VALUES(?)") {}

  void add_all_of(const Database& source, const std::string& directory, bool salvage) {
    StoredTrialReader reader(source);
    StoredTrial trial;
    map_metrics(source);
    StoredTrialReader there(target_);  // after the metrics, which it reads only once
    if (salvage) {
      for (const std::uint64_t id : readable_ids(source)) {
        try {
          if (reader.find(id, trial)) add(reader, trial, directory, there);
        } catch (const InputError&) {
          throw;
        } catch (const DiskFull&) {
          throw;
        } catch (const Error&) {
          ++counts_.lost;
        }
      }
      return;
    }
    Statement ids(source, "SELECT id FROM trials ORDER BY trial");
    while (ids.step())
      if (reader.find(to_id(ids.integer(0)), trial)) add(reader, trial, directory, there);
  }

  const MergeCounts& counts() const { return counts_; }

 private:
  void map_metrics(const Database& source) {
    metrics_.clear();
    Statement all(source, "SELECT metric, name FROM metrics ORDER BY metric");
    while (all.step()) {
      const std::string name(all.bytes(1));
      auto key = find_metric_.number(std::string_view(name));
      if (!key) {
        add_metric_.run(std::string_view(name));
        key = sqlite3_last_insert_rowid(target_.handle());
      }
      metrics_[all.integer(0)] = *key;
    }
  }

  void add(const StoredTrialReader& reader, const StoredTrial& trial, const std::string& directory,
           StoredTrialReader& there) {
    StoredTrial& known = known_;
    if (!there.find(trial.id, known)) {
      insert(trial, directory);
      ++counts_.added;
      return;
    }
    if (is_earlier_rung(trial, known) || is_earlier_rung(known, trial)) {
      if (is_earlier_rung(known, trial)) replace(known, trial, directory);
      ++counts_.equal;
      return;
    }
    const bool failed = trial.status == name_of(Status::failed);
    const bool known_failed = known.status == name_of(Status::failed);
    if (failed && known_failed) {
      // Two failures of one trial may have different messages; which one is kept must not depend on the
      // order.
      if (trial.message < known.message) replace(known, trial, directory);
      ++counts_.equal;
    } else if (failed || known_failed) {
      if (known_failed) replace(known, trial, directory);
      ++counts_.replaced;
    } else {
      std::string why = trial.checksum == known.checksum ? "" : difference(reader, trial, there, known);
      if (why.empty()) why = array_difference(reader, trial, known, directory);
      if (!why.empty()) {
        throw InputError(fmt::format(
            "trial {} has two results: {} in {} and in what was merged before it ({}); it is the one "
            "of {}",
            trial_name(trial.id), "one", directory, why, trial.params));
      }
      ++counts_.equal;
    }
  }

  void replace(const StoredTrial& old, const StoredTrial& trial, const std::string& directory) {
    for (Statement* drop : {&drop_scalars_, &drop_series_, &drop_arrays_, &drop_trial_}) drop->run(old.row);
    insert(trial, directory);
  }

  void insert(const StoredTrial& trial, const std::string& directory) {
    add_trial_.run(to_key(trial.id), std::string_view(trial.status), trial.seconds,
                   std::string_view(trial.params), std::string_view(trial.message), to_key(trial.checksum));
    const std::int64_t row = sqlite3_last_insert_rowid(target_.handle());
    for (const auto& scalar : trial.scalars) add_scalar_.run(row, metrics_.at(scalar.metric), scalar.value);
    for (const auto& series : trial.series) {
      const Statement::Blob index =
          series.counted ? Statement::Blob{} : Statement::Blob{series.index.data(), series.index.size()};
      add_series_.run(row, metrics_.at(series.metric), index,
                      Statement::Blob{series.value.data(), series.value.size()});
    }
    for (const auto& array : trial.arrays) {
      copy(directory, array.file);
      add_array_.run(row, metrics_.at(array.metric), std::string_view(array.file), to_key(array.checksum));
    }
  }

  void copy(const std::string& directory, const std::string& file) const {
    const std::string to = directory_ + "/" + file;
    make_directories(to.substr(0, to.rfind('/')));
    write_file(to, read_file(directory + "/" + file));
  }

  std::string array_difference(const StoredTrialReader& reader, const StoredTrial& trial,
                               const StoredTrial& known, const std::string& directory) const {
    for (std::size_t i = 0; i < trial.arrays.size() && i < known.arrays.size(); ++i) {
      const std::string& file = trial.arrays[i].file;
      const std::uint64_t a = trial.arrays[i].checksum, b = known.arrays[i].checksum;
      const bool equal =
          a != 0 && b != 0 ? a == b : read_file(directory + "/" + file) == read_file(directory_ + "/" + file);
      if (!equal)
        return fmt::format("the files of array '{}' differ", reader.metric_name(trial.arrays[i].metric));
    }
    return "";
  }

  const Database& target_;
  const std::string directory_;
  Statement add_trial_, drop_trial_, drop_scalars_, drop_series_, drop_arrays_;
  Statement add_scalar_, add_series_, add_array_, find_metric_, add_metric_;
  std::unordered_map<std::int64_t, std::int64_t> metrics_;  // a metric's number: source to target
  StoredTrial known_;
  MergeCounts counts_;
};

// The run directory itself, or else the run directories in this folder, sorted by name.
std::vector<std::string> directories_in(const std::string& source) {
  std::vector<std::string> found;
  if (fs::exists(db_of(source))) return {source};
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(source, none))
    if (fs::exists(entry.path() / "run.db")) found.push_back(entry.path().string());
  if (found.empty()) {
    throw InputError(fmt::format(
        "{}: no run directory: it has no run.db, nor is it a folder of directories that have", source));
  }
  std::ranges::sort(found);
  return found;
}

// The stores to be merged, opened one by one, since there may be more than a process may have open.
class Sources {
 public:
  Sources(const std::vector<std::string>& sources, const std::string& target, const std::string& config_of) {
    for (const std::string& source : sources)
      for (std::string& directory : directories_in(source)) directories_.push_back(std::move(directory));
    if (directories_.empty()) throw InputError("nothing to merge: name the run directories of the shards");
    for (const std::string& directory : directories_) {
      if (fs::exists(target) && fs::equivalent(directory, target)) {
        throw InputError(
            fmt::format("{}: is what the others are to be merged into; name it with --out alone", directory));
      }
      const ReadOnly file = open_to_read(db_of(directory));
      Meta meta = meta_of(file.database);
      if (first_.empty()) first_ = meta;
      check_alike(first_, directories_.front(), meta, directory, !config_of.empty());
      add_plugins(meta, plugins_);
      add_origins(meta, origins_);
      history_ = merged(history_, read_history(file.database));
      if (!config_of.empty() && fs::exists(config_of) && fs::equivalent(config_of, directory))
        chosen_ = std::move(meta);
    }
  }

  const std::vector<std::string>& directories() const { return directories_; }
  const Meta& first() const { return first_; }
  const std::optional<Meta>& chosen() const { return chosen_; }  // the store of config_of
  const FileIdentities& plugins() const { return plugins_; }
  const std::vector<std::string>& origins() const { return origins_; }
  const History& history() const { return history_; }

 private:
  std::vector<std::string> directories_;
  Meta first_;
  std::optional<Meta> chosen_;
  FileIdentities plugins_;
  std::vector<std::string> origins_;
  History history_;
};

void set_meta(const Database& database, const Meta& meta) {
  Statement set(database, "INSERT OR REPLACE INTO meta VALUES(?, ?)");
  for (const auto& [key, value] : meta) set.run(std::string_view(key), std::string_view(value));
}

void add_all(Merger& merger, const std::string& directory, bool salvage) {
  const ReadOnly file = open_to_read(db_of(directory));
  const Transaction snapshot(file.database);
  merger.add_all_of(file.database, directory, salvage);
  if (file.stamp && !(*file.stamp == FileStamp(db_of(directory))))
    throw Error(fmt::format("{}: a run began to write it while it was read; try again", directory));
}

}  // namespace

MergeCounts merge(const std::vector<std::string>& sources, const std::string& target,
                  const std::string& config_of, bool salvage) {
  const Sources all(sources, target, config_of);
  const bool of_target = !config_of.empty() && fs::exists(config_of) && fs::exists(db_of(target)) &&
                         fs::equivalent(config_of, target);
  if (!config_of.empty() && !all.chosen() && !of_target)
    throw InputError(fmt::format("--config-of {}: is none of the directories to merge", config_of));

  const bool is_new = !fs::exists(target);
  make_output_directory(target);
  try {
    const WriterLock lock(db_of(target));
    const Database database = open_to_write(db_of(target));
    const Meta known = meta_of(database);
    if (!known.empty())
      check_alike(all.first(), all.directories().front(), known, target, !config_of.empty());
    Transaction transaction(database, "BEGIN IMMEDIATE");
    if (!of_target) set_meta(database, all.chosen().value_or(all.first()));
    FileIdentities plugins = all.plugins();
    add_plugins(known, plugins);
    if (!plugins.empty()) set_meta(database, {{"plugins", files_json(plugins)}});
    std::vector<std::string> origins = all.origins();
    add_origins(known, origins);
    if (!origins.empty()) set_meta(database, {{"origins", nlohmann::json(origins).dump()}});
    write_history(database, merged(read_history(database), all.history()));
    Merger merger(database, target);
    for (const std::string& directory : all.directories()) add_all(merger, directory, salvage);
    transaction.commit();
    return merger.counts();
  } catch (...) {
    std::error_code ignored;
    if (is_new) fs::remove_all(target, ignored);
    throw;
  }
}

}  // namespace qklab
