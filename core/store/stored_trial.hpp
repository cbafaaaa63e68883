// A trial as it stands in run.db: metrics by their numbers in that file, and a checksum over all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/store/sqlite.hpp"

namespace qklab {

// Ids are unsigned, SQLite's integers are not. The same for checksums.
inline std::int64_t to_key(std::uint64_t id) { return static_cast<std::int64_t>(id); }
inline std::uint64_t to_id(std::int64_t key) { return static_cast<std::uint64_t>(key); }

// What a trial yielded, in 64 bits: any single number, name or text that changes changes it. The order in
// which metrics are added makes no difference, nor does their number in the file.
class TrialChecksum {
 public:
  TrialChecksum(std::uint64_t id, std::string_view status, std::string_view params, std::string_view message);
  void scalar(std::string_view metric, double value);
  // The bytes of both blobs; `index` is empty where it is 1, 2, ...
  void series(std::string_view metric, std::string_view index, std::string_view value);
  void array(std::string_view metric, std::string_view file);
  std::uint64_t value() const;

 private:
  std::uint64_t sum_;
};

// Of a file's or a blob's bytes.
std::uint64_t hash_bytes(std::string_view bytes);

struct StoredTrial {
  struct Scalar {
    std::int64_t metric;
    double value;
  };
  struct Series {
    std::int64_t metric;
    bool counted;  // the index is 1, 2, ...
    std::string index, value;
  };
  struct Array {
    std::int64_t metric;
    std::string file;
    std::uint64_t checksum;  // of the file's bytes; 0 where it is unknown
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

// A trial whose content is not what was written.
struct DamagedTrial : Error {
  using Error::Error;
};

// Reads trials one by one. To be made and used within one transaction.
class StoredTrialReader {
 public:
  explicit StoredTrialReader(const Database& database);

  // False where the file has no such trial. Throws DamagedTrial where it does not fit its checksum; files of
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

// For the migration from version 1, within its transaction.
void add_checksums(const Database& database);

}  // namespace qklab
