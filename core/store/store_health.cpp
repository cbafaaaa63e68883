#include "core/store/store_health.hpp"

#include <filesystem>
#include <unordered_set>

#include "core/store/store_file.hpp"
#include "core/store/stored_trial.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

constexpr int most_complaints = 20;

bool is_intact(const std::string& directory, const StoredTrial::Array& array) {
  const std::string path = directory + "/" + array.file;
  if (!std::filesystem::exists(path)) return false;
  return array.checksum == 0 || array.checksum == hash_bytes(read_file(path));
}

std::vector<std::string> complaints(const Database& database) {
  std::vector<std::string> found;
  try {
    Statement check(database, "PRAGMA integrity_check(" + std::to_string(most_complaints) + ")");
    while (check.step())
      if (check.bytes(0) != "ok") found.emplace_back(check.bytes(0));
  } catch (const Error& error) {
    found.emplace_back(error.what());
  }
  return found;
}

}  // namespace

std::vector<std::uint64_t> readable_ids(const Database& database) {
  std::vector<std::uint64_t> ids;
  std::unordered_set<std::uint64_t> seen;
  // A damaged page ends a scan. Trials behind it are found by a scan from the other end, and by the index of
  // ids.
  for (const char* order : {"SELECT id FROM trials NOT INDEXED ORDER BY trial",
                            "SELECT id FROM trials NOT INDEXED ORDER BY trial DESC",
                            "SELECT id FROM trials ORDER BY id", "SELECT id FROM trials ORDER BY id DESC"}) {
    try {
      Statement scan(database, order);
      while (scan.step())
        if (seen.insert(to_id(scan.integer(0))).second) ids.push_back(to_id(scan.integer(0)));
      return ids;
    } catch (const Error&) {
      continue;
    }
  }
  return ids;
}

StoreHealth check_store(const std::string& directory) {
  const ReadOnly file = open_to_read(directory + "/run.db");
  StoreHealth health;
  health.file = complaints(file.database);
  StoredTrialReader reader(file.database);
  StoredTrial trial;
  for (const std::uint64_t id : readable_ids(file.database)) {
    try {
      if (!reader.find(id, trial)) continue;
      bool intact = true;
      for (const auto& array : trial.arrays) {
        if (is_intact(directory, array)) continue;
        health.arrays.push_back(array.file);
        intact = false;
      }
      health.intact += intact ? 1 : 0;
    } catch (const Error&) {
      health.damaged.push_back(id);
    }
  }
  return health;
}

}  // namespace qklab
