// Reads, validates and resolves a YAML config. Nothing is written before this has succeeded.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/config/confirm.hpp"
#include "core/sweep/sweep.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

// The origin of a config: enough to read it again. It is stored with the results.
struct ConfigSource {
  std::string file;  // as shown in messages
  std::string text;
  std::string preset = "fast";
  std::vector<std::string> overrides;  // "mean=0,0.5,1"
  // The identities of the files that the trials read, as stored with results. None: the files are looked at
  // when the config is read, and an unreadable file is an error of the config.
  std::optional<FileIdentities> files = {};
  // What the program declared that is the experiment, where it is one; as stored with results, or "" for what it
  // declares now.
  std::string declaration = {};
  // The points that a search was given so far, see core/strategies/proposals.hpp; "" for none.
  std::string proposals = {};
  // Set for a run on reserved seeds: the config is then read with these, and without figures.
  std::optional<Confirming> confirming = {};
};

struct Config {
  ConfigSource source;
  std::string name;  // [A-Za-z0-9._-]+, names the run directory
  const Experiment* experiment = nullptr;
  Sweep sweep;
  std::uint64_t confirm_seeds = 0;  // reserved for `qklab confirm`; 0: none
  // Read and validated by core/figures and core/claims before anything is run. Null if absent.
  YAML::Node figures;
  YAML::Node claims;
  YAML::Node checks;
};

ConfigSource read_source(const std::string& path);  // throws InputError if it cannot be read

// Reads a config. Every error of the file and of the overrides goes to `diagnostics`; use the result only if
// there are none.
Config parse_config(const ConfigSource& source, Diagnostics& diagnostics);

}  // namespace qklab
