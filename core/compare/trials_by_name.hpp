// A run directory read without its experiment: parameters as text, scalars by name. So directories of another
// version of an experiment, or of an experiment that is not loaded, can be read too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/config.hpp"

namespace qklab {

struct NamedTrial {
  std::string trial, status;
  std::map<std::string, std::string> params;
  std::map<std::string, double> scalars;  // of a trial that is done; only those that were set
};

struct TrialsByName {
  ConfigSource source;
  std::string experiment, version;
  std::vector<NamedTrial> trials;
};

// Reads all trials from run.db; without one, from manifest.json and trials.csv. Throws InputError if there is
// neither, and Error if a file is damaged.
TrialsByName read_by_name(const std::string& directory);

}  // namespace qklab
