// A config with its figures and claims, all validated.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/config/config.hpp"
#include "core/figures/figure.hpp"
#include "core/results/results.hpp"
#include "core/store/store.hpp"
#include "core/strategies/strategy.hpp"

namespace qklab {

struct Loaded {
  Config config;
  std::vector<Figure> figures;
  std::vector<Claim> claims;
};

// Throws InputError with every message of the config, its figures and its claims.
Loaded load_config(const ConfigSource& source);

// Adds what a growing sweep has gained so far to the config's sweep and to the sweeps of its claims.
void grow(Loaded& loaded, const FinishedTrials& finished);
void grow(Loaded& loaded, const Store& store);

// The number of trials of a grown sweep that must be run, or of a pruned sweep that continue, as far as it is
// known now.
std::uint64_t unfinished_trials(const Sweep& sweep, const Store& store);

// A run directory, read from its run.db, or without one (a committed reference) from its manifest.json and
// CSVs. Throws InputError if it has neither.
struct RunDirectory {
  Loaded loaded;
  Results results;
  bool has_store = false;
};
RunDirectory open_directory(const std::string& directory);

std::string store_path(const std::string& directory);

}  // namespace qklab
