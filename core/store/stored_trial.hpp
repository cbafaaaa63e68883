// A trial as run.db stores it: metrics by their numbers in that file, and a checksum over everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/store/sqlite.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

// A trial's parameters, read from what run.db holds of them. One that it does not name has its default.
Parameters params_of_json(const Experiment& experiment, const std::string& json);

// Ids and checksums are unsigned, but SQLite's integers are signed.
inline std::int64_t to_key(std::uint64_t id) { return static_cast<std::int64_t>(id); }
inline std::uint64_t to_id(std::int64_t key) { return static_cast<std::uint64_t>(key); }

// A 64-bit checksum of a trial's content: a change of any single number, name or text changes it. Neither the
// order in which metrics are added nor their numbers in the file matter.
class TrialChecksum {
 public:
  TrialChecksum(std::uint64_t id, std::string_view status, std::string_view params, std::string_view message);
  void scalar(std::string_view metric, double value);
  // The bytes of both blobs; `index` is empty if it is 1, 2, ...
  void series(std::string_view metric, std::string_view index, std::string_view value);
  void array(std::string_view metric, std::string_view file);
  std::uint64_t value() const;

 private:
  std::uint64_t sum_;
};

// A hash of the bytes of a file or a blob.
std::uint64_t hash_bytes(std::string_view bytes);

struct StoredTrial {
  struct Scalar {
    std::int64_t metric;
    double value;
  };
  struct Series {
    std::int64_t metric;
    bool counted;  // whether the index is 1, 2, ...
    std::string index, value;
  };
  struct Array {
    std::int64_t metric;
    std::string file;
    std::uint64_t checksum;  // of the file's bytes; 0 if unknown
  };

  std::int64_t row = 0;
  std::uint64_t id = 0;
  std::string status, params, message;
  double seconds = 0;
  std::uint64_t checksum = 0;
  std::vector<Scalar> scalars;
  std::vector<Series> series;
  std::vector<Array> arrays;
};

// The stored trial's content does not match its checksum.
struct DamagedTrial : Error {
  using Error::Error;
};

// Reads trials one by one. Create it and use it within one transaction.
class StoredTrialReader {
 public:
  explicit StoredTrialReader(const Database& database);

  // False if the file has no such trial. Throws DamagedTrial if it does not match its checksum; files of
  // version 1 have none.
  bool find(std::uint64_t id, StoredTrial& trial);
  const std::string& metric_name(std::int64_t metric) const;

 private:
  void read_metrics_of(StoredTrial& trial);
  std::uint64_t checksum_of(const StoredTrial& trial) const;

  const Database* database_;
  bool has_checksums_, has_series_, has_arrays_;
  std::unordered_map<std::int64_t, std::string> names_;
  Statement find_, scalars_, series_, arrays_;
};

// Used by the migration from version 1, within its transaction.
void add_checksums(const Database& database);

}  // namespace qklab
