// The state that a long trial leaves behind, so that a run that was killed goes on from there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qklab {

class Checkpoint {
 public:
  // In <directory>/checkpoints/<trial>; nothing is touched before it is asked for.
  Checkpoint(const std::string& directory, std::uint64_t trial, std::chrono::milliseconds every);

  bool due() const;  // `every` has passed since the trial began or saved last
  // Replaces what was saved before, at once: a reader or a crash never sees half of it. Where it cannot be
  // written the trial goes on without, as its result does not depend on it.
  void save(std::string_view state);
  // What was saved; nothing where nothing was, or where it is damaged.
  std::optional<std::string> load();

  const std::string& path() const { return path_; }
  bool used() const { return used_; }  // there is a file, of this run or an earlier one

 private:
  std::string path_;
  std::chrono::milliseconds every_;
  std::chrono::steady_clock::time_point last_;
  bool used_ = false;
};

}  // namespace qklab
