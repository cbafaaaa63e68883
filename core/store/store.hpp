// run.db: the finished trials, in SQLite. Schema: docs/run-directory.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/results.hpp"
#include "core/store/history.hpp"

namespace qklab {

inline constexpr int store_version = 3;  // PRAGMA user_version; older files are migrated when written to

// Counts of finished trials in the whole file.
struct StoreCounts {
  std::uint64_t done = 0, failed = 0, diverged = 0, pruned = 0;
};

// All errors of SQLite and of the file system are thrown as Error with file and cause ("disk full"). A store
// is used by one thread at a time.
class Store {
 public:
  enum class Mode { read, write };
  // write: creates the file if there is none; throws Error if another process writes it. read: never blocks a
  // writer nor changes its file; throws Error if there is no file. Both throw Error for a file of an unknown
  // version, one that is no store, and a damaged one.
  Store(const std::string& path, Mode mode);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  // The config of this directory, so that status, export and verify need nothing else.
  void set_source(const ConfigSource& source, const std::string& experiment, int version);
  ConfigSource source() const;
  std::optional<std::string> experiment() const;  // the experiment of its trials; none: not yet set
  // The builds of a plugin that computed the stored trials, the latest last.
  void add_plugin(const FileIdentity& build);
  FileIdentities plugins() const;
  // The builds of qklab, on which machine, that computed stored trials, the latest last; each is JSON that the store does
  // not look into. Empty in a file that was written before they were kept.
  void add_origin(const std::string& origin);
  std::vector<std::string> origins() const;
  // What happened to claims so far; empty in a file that was written before it was kept.
  History history() const;
  void add_history(const History& history);  // replaces what has the same names

  struct Finished {
    TrialSpec spec;
    Result result;  // only the shapes of its arrays are used: the files were written before
    std::vector<std::uint64_t> array_checksums = {};  // of the arrays' files, in declared order; 0 if unknown
    std::vector<std::uint64_t> file_checksums = {};   // of result.files, in their order; 0 if unknown
    std::string checkpoint = {};                      // a file that is useless once this is stored
  };
  // Stores the batch in one transaction. A trial that is already there is replaced.
  void put(const Experiment& experiment, const std::vector<Finished>& batch);

  // Writes a complete copy to `path`: the state of the file at one moment.
  void copy_to(const std::string& path) const;

  StoreCounts counts() const;
  // Visits the parameters of every trial in the file, whatever sweep it belongs to, until `visit` is false.
  // A parameter that a trial does not name has its default.
  void for_each_params(const Experiment& experiment,
                       const std::function<bool(const Parameters&)>& visit) const;
  double mean_seconds() const;  // of the trials that are done; 0 where there are none
  // Visits every trial in the file, in an order that ends with those that are done; 10^6 take well under a
  // second.
  void for_each_status(const std::function<void(std::uint64_t id, Status)>& visit) const;
  std::unordered_map<std::uint64_t, Status> statuses() const;  // of all trials, by id
  struct Failure {
    std::uint64_t id;
    Status status;
    std::string params;  // as JSON
    std::string message;
  };
  // Failed and diverged trials, in the order in which they ended: the first ones, and the last ones.
  std::vector<Failure> failures(std::size_t limit) const;
  std::vector<Failure> latest_failures(std::size_t limit) const;

  // Trials of `sweep` that are in the file, in the sweep's order, with the named series.
  Results load(const Sweep& sweep, const std::vector<std::string>& series) const;
  // Like load with all series, but trials are handed over one at a time, so that memory does not grow with
  // the sweep. It sees the state of the file at one moment, whatever is written meanwhile.
  void for_each(const Sweep& sweep, const std::function<void(const TrialRecord&)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The path of a trial's array, relative to the run directory: "arrays/<trial>/<name>.npy".
std::string array_file(std::uint64_t id, std::string_view name);

}  // namespace qklab
