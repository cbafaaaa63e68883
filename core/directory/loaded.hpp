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

// Adds what a sweep that grows has by now, to the config's sweep and to its claims'.
void grow(Loaded& loaded, const FinishedTrials& finished);
void grow(Loaded& loaded, const Store& store);

// How many trials of a grown sweep are to be run, or of a pruned one are to go on, as far as is known by now.
std::uint64_t unfinished_trials(const Sweep& sweep, const Store& store);

// A run directory, from its run.db, or where it has none (a committed reference) from its manifest.json
// and CSVs. Throws InputError where it is neither.
struct RunDirectory {
  Loaded loaded;
  Results results;
  bool has_store = false;
};
RunDirectory open_directory(const std::string& directory);

std::string store_path(const std::string& directory);

}  // namespace qklab
