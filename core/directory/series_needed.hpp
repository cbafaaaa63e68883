// Which series figures and claims read: those to be loaded for them, and those that a reference keeps.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/figures/figure.hpp"

namespace qklab {

// Each name once, in alphabetical order.
std::vector<std::string> series_needed(const std::vector<Figure>& figures, const std::vector<Claim>& claims);

// Empties every series of every trial that no figure and no claim reads, by its name and its `where`. Figures
// and verdicts that are derived from what is left are the same. Returns the names of the series that lost
// values, in alphabetical order.
std::vector<std::string> drop_unread_series(Results& results, const std::vector<Figure>& figures,
                                            const std::vector<Claim>& claims);

}  // namespace qklab
