#include "core/sweep/checkpoint.hpp"

#include <filesystem>
#include <unordered_map>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/sweep/store.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

namespace {

// Stands before the state: a crash of the machine may leave a file with less in it than was written.
std::string seal(std::string_view state) { return trial_name(hash_text(state)); }

}  // namespace

Checkpoint::Checkpoint(const std::string& directory, std::uint64_t trial, std::chrono::milliseconds every)
    : path_(directory + "/checkpoints/" + trial_name(trial)),
      every_(every),
      last_(std::chrono::steady_clock::now()) {}

bool Checkpoint::due() const { return std::chrono::steady_clock::now() - last_ >= every_; }

void Checkpoint::save(std::string_view state) {
  used_ = true;
  try {
    make_directories(path_.substr(0, path_.rfind('/')));
    write_file(path_, seal(state) + std::string(state));
  } catch (const Error&) {
  }
  last_ = std::chrono::steady_clock::now();
}

std::optional<std::string> Checkpoint::load() {
  if (!std::filesystem::exists(path_)) return std::nullopt;
  used_ = true;
  const std::string all = read_file(path_);
  const std::size_t head = seal("").size();
  if (all.size() < head || seal(std::string_view(all).substr(head)) != all.substr(0, head))
    return std::nullopt;
  return all.substr(head);
}

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
      // One that was pruned may be told to go on.
      if (const auto file = saved.find(id); file != saved.end() && status != Status::pruned)
        left.push_back(file->second);
    });
  }
  for (const fs::path& file : left) fs::remove(file, none);
}

}  // namespace qklab
