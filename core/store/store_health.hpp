// Checks whether a run directory still holds what was written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/sqlite.hpp"

namespace qklab {

struct StoreHealth {
  std::vector<std::string> file;       // errors found by SQLite's own check
  std::uint64_t intact = 0;            // trials that match their checksums, arrays included
  std::vector<std::uint64_t> damaged;  // trials that do not match, or cannot be read
  std::vector<std::string> arrays;     // array files that are missing or differ from what was written

  bool is_good() const { return file.empty() && damaged.empty() && arrays.empty(); }
};

// Reads everything. Throws Error only if the file cannot be opened as a store at all.
StoreHealth check_store(const std::string& directory);

// The ids of all trials that can be found in a file, which may be damaged, in the order in which they
// finished.
std::vector<std::uint64_t> readable_ids(const Database& database);

}  // namespace qklab
