// The saved state of a long trial, from which a run that was killed continues.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qklab {

class Checkpoint {
 public:
  // The file is <directory>/checkpoints/<trial>; it is not touched before save() or load().
  Checkpoint(const std::string& directory, std::uint64_t trial, std::chrono::milliseconds every);

  // `every` has passed since the trial began or saved last, and fifty times what that took: a large state is saved less
  // often. Always true where `every` is 0.
  bool due() const;
  // Replaces the saved state atomically: neither a reader nor a crash sees half of it. If it cannot be
  // written, the trial continues without, since its result does not depend on it.
  void save(std::string_view state);
  // The saved state; nothing if there is none, or if it is damaged.
  std::optional<std::string> load();

  const std::string& path() const { return path_; }
  bool used() const { return used_; }  // there is a file, from this run or an earlier one

 private:
  std::string path_;
  std::chrono::milliseconds every_;
  std::chrono::steady_clock::time_point last_;
  std::chrono::steady_clock::duration took_{0};
  bool used_ = false;
};

}  // namespace qklab
