// Files that trials leave in the run directory beside their numbers, such as trained weights.
//
// An experiment declares them by name: "weights.safetensors" is one file of a trial, weights/<trial>.safetensors, and the
// family "weights.S.safetensors" any number of them, weights/<trial>.<number>.safetensors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qklab {

// The parts of such a name.
struct FileNames {
  explicit FileNames(std::string_view name);
  std::string folder;     // "weights"
  std::string number;     // of a family's member; else empty
  std::string extension;  // "safetensors"
};

// Whether a run directory has a folder of this name for something else.
bool is_reserved_folder(std::string_view name);

// Relative to the run directory.
std::string trial_file(std::uint64_t trial, std::string_view name);

class TrialFiles {
 public:
  TrialFiles(std::string directory, std::uint64_t trial) : directory_(std::move(directory)), trial_(trial) {}

  std::string path(std::string_view name) const { return directory_ + "/" + trial_file(trial_, name); }
  bool has(std::string_view name) const;
  void write(std::string_view name, std::string_view bytes) const;  // throws Error ("disk full")

 private:
  std::string directory_;
  std::uint64_t trial_;
};

}  // namespace qklab
