#include "core/trial/checkpoint.hpp"

#include <filesystem>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/trial/trial_id.hpp"

namespace qklab {

namespace {

// The seal is written before the state: after a crash of the machine the file may hold less than was written.
std::string seal(std::string_view state) { return trial_name(hash_text(state)); }

}  // namespace

Checkpoint::Checkpoint(const std::string& directory, std::uint64_t trial, std::chrono::milliseconds every)
    : path_(directory + "/checkpoints/" + trial_name(trial)),
      every_(every),
      last_(std::chrono::steady_clock::now()) {}

bool Checkpoint::due() const {
  if (every_.count() == 0) return true;
  const auto since = std::chrono::steady_clock::now() - last_;
  return since >= every_ && since >= 50 * took_;
}

void Checkpoint::save(std::string_view state) {
  used_ = true;
  const auto begin = std::chrono::steady_clock::now();
  try {
    make_directories(path_.substr(0, path_.rfind('/')));
    write_file(path_, seal(state).append(state));
  } catch (const Error&) {
  }
  last_ = std::chrono::steady_clock::now();
  took_ = last_ - begin;
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

}  // namespace qklab
