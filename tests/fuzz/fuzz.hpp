// Shared by the fuzz targets: an experiment with a parameter of every kind, and a check of what a config
// describes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "tests/support/specimen.hpp"

namespace qklab::fuzz {

inline void read_config(const std::string& text, const std::vector<std::string>& overrides) {
  specimen::experiment();
  Diagnostics diagnostics;
  try {
    const Config config = parse_config({"fuzz.yaml", text, "fast", overrides}, diagnostics);
    if (!diagnostics.empty() || config.sweep.grid_size() > 10000) return;
    config.sweep.for_each([](const TrialSpec& trial) {
      if (trial_id(*find_experiment("specimen"), trial.params) != trial.id) std::abort();
      return true;
    });
  } catch (const InputError&) {
  }
}

}  // namespace qklab::fuzz
