#include "core/run/left_checkpoints.hpp"

#include <filesystem>
#include <unordered_map>
#include <vector>

namespace qklab {

void remove_left_checkpoints(const std::string& directory, const Store& store) {
  namespace fs = std::filesystem;
  std::error_code none;  // files that cannot be listed or removed do no harm
  std::unordered_map<std::uint64_t, fs::path> saved;
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(directory + "/checkpoints", none)) {
    if (const auto id = parse_trial_name(entry.path().filename().string())) {
      saved[*id] = entry.path();
    } else if (entry.path().extension() == ".part") {
      left.push_back(entry.path());
    }
  }
  if (!saved.empty()) {
    store.for_each_status([&](std::uint64_t id, Status status) {
      // A pruned trial may continue later.
      if (const auto file = saved.find(id); file != saved.end() && status != Status::pruned)
        left.push_back(file->second);
    });
  }
  for (const fs::path& file : left) fs::remove(file, none);
}

}  // namespace qklab
