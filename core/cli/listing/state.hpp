// What a run directory holds and how far it is, for people and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/directory/running.hpp"
#include "core/store/store.hpp"

namespace qklab {

struct DirectoryState {
  std::string directory, name, experiment, config, preset;
  std::string writer;  // the process that is writing; "" if there is none
  bool is_reference = false;
  StoreCounts counts;                           // of all trials that the directory holds
  std::optional<std::uint64_t> trials, to_run;  // of its sweep; nothing where that is unknown
  std::string unknown;                          // why it is
  RunningTrials running;
  std::vector<Store::Failure> failures;  // the first ones

  std::string_view word() const;  // "running", "complete", "incomplete", "unknown" or "reference"
};

// Throws InputError if the directory has neither run.db nor what a reference has, and Error if it is damaged.
DirectoryState state_of(const std::string& directory, std::size_t most_failures);

// One object for a directory. Numbers that are not known are null.
std::string state_json(const DirectoryState& state);
std::string state_json(const std::vector<DirectoryState>& states);

}  // namespace qklab
