// A YAML config, read, validated and resolved. Nothing is written before this has succeeded.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/sweep/sweep.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

// Where a config came from; enough to read it again, and stored with the results.
struct ConfigSource {
  std::string file;  // as shown in messages
  std::string text;
  std::string preset = "fast";
  std::vector<std::string> overrides;  // "mean=0,0.5,1"
  // What the files that its trials read hold, or held where results are stored. None: they are looked at when
  // the config is read, and one that cannot be is an error of the config.
  std::optional<FileIdentities> files = {};
};

struct Config {
  ConfigSource source;
  std::string name;  // [A-Za-z0-9._-]+, names the run directory
  const Experiment* experiment = nullptr;
  Sweep sweep;
  // Left to core/report, which reads and validates them before anything is run. Null where absent.
  YAML::Node figures;
  YAML::Node claims;
};

ConfigSource read_source(const std::string& path);  // throws InputError where it cannot be read

// Reads a config. Every error of the file and of the overrides goes to `diagnostics`; the result is to
// be used only if that stayed empty.
Config parse_config(const ConfigSource& source, Diagnostics& diagnostics);

}  // namespace qklab
