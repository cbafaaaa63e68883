// run.db: what has been finished, in SQLite. Schema: docs/run-directory.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/results.hpp"

namespace qklab {

inline constexpr int store_version = 3;  // PRAGMA user_version; older ones are migrated when written to

// Counts of finished trials, over everything in the file.
struct StoreCounts {
  std::uint64_t done = 0, failed = 0, diverged = 0, pruned = 0;
};

// All errors of SQLite and of the file system are thrown as Error, naming file and cause ("disk full").
// A store is used by one thread at a time.
class Store {
 public:
  enum class Mode { read, write };
  // write: creates the file where there is none; throws Error where another process writes it. read: never
  // blocks or alters a writer's file; throws Error where there is none. A file of another version, one
  // that is no store, and a damaged one are Errors.
  Store(const std::string& path, Mode mode);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  // The config that the directory belongs to, so that status, export and verify need nothing else.
  void set_source(const ConfigSource& source, const std::string& experiment, int version);
  ConfigSource source() const;
  std::optional<std::string> experiment() const;  // whose trials it holds; none: nobody's yet
  // The builds of a plugin that computed what it holds, the latest last.
  void add_plugin(const FileIdentity& build);
  FileIdentities plugins() const;

  struct Finished {
    TrialSpec spec;
    Result result;  // of its arrays the shapes alone are read: the files have been written before
    std::vector<std::uint64_t> array_checksums = {};  // of the files, as declared; 0 where unknown
    std::string checkpoint = {};                      // a file that is of no use once this is stored
  };
  // One transaction for the batch: all or nothing. A trial already there is replaced.
  void put(const Experiment& experiment, const std::vector<Finished>& batch);

  // A complete copy at `path`, which then stands for the file at one moment.
  void copy_to(const std::string& path) const;

  StoreCounts counts() const;
  // Visits every trial in the file, those that are done last: 10^6 in well under a second.
  void for_each_status(const std::function<void(std::uint64_t id, Status)>& visit) const;
  std::unordered_map<std::uint64_t, Status> statuses() const;  // of all, by id
  struct Failure {
    std::uint64_t id;
    Status status;
    std::string params;  // as JSON
    std::string message;
  };
  std::vector<Failure> failures(std::size_t limit) const;  // failed and diverged ones, as they happened
  std::vector<Failure> latest_failures(std::size_t limit) const;  // the last of these, in the same order

  // Trials of `sweep` that are in the file, in the sweep's order, with the named series.
  Results load(const Sweep& sweep, const std::vector<std::string>& series) const;
  // As load with all series, handed over one trial at a time: memory does not grow with the sweep. What
  // is visited is the file at one moment, whatever is written meanwhile.
  void for_each(const Sweep& sweep, const std::function<void(const TrialRecord&)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where a trial's array lies, from the run directory: "arrays/<trial>/<name>.npy".
std::string array_file(std::uint64_t id, std::string_view name);

}  // namespace qklab
