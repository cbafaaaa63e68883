// A run directory read without its experiment: parameters as text, scalars by name. So directories of another
// version of an experiment, or of one that is not there, can be read as well.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/config.hpp"

namespace qklab {

struct NamedTrial {
  std::string trial, status;
  std::map<std::string, std::string> params;
  std::map<std::string, double> scalars;  // of a trial that is done; those that were set
};

struct TrialsByName {
  ConfigSource source;
  std::string experiment, version;
  std::vector<NamedTrial> trials;
};

// From run.db, all trials that it keeps; where there is none, from manifest.json and trials.csv. Throws
// InputError where there is neither, Error where a file is damaged.
TrialsByName read_by_name(const std::string& directory);

}  // namespace qklab
