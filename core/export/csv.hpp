// Writes the tables that people and other tools read.
#pragma once

#include <string>

#include "core/store/store.hpp"

namespace qklab {

// Writes trials.csv and series.csv with the stored trials, one trial at a time.
void export_csv(const Store& store, const Sweep& sweep, const std::string& directory);

}  // namespace qklab
