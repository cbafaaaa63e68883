// The space of a search, as it is written in a config.
#pragma once

#include "core/strategies/search.hpp"

namespace qklab {

// Reports what does not fit the parameter: its type, its range, its choices.
void check_dimension(const Dimension& dimension, const Schema& schema, Diagnostics& diagnostics);

}  // namespace qklab
