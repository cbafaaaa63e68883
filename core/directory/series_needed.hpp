// The series that figures and claims read: these are loaded for them, and kept in a reference.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/figures/figure.hpp"

namespace qklab {

// Each name once, in alphabetical order.
std::vector<std::string> series_needed(const std::vector<Figure>& figures, const std::vector<Claim>& claims);

// Empties every series of a trial that no figure and no claim reads, judged by the series' name and by their
// `where`. Figures and verdicts derived from the rest are the same. Returns the names of the series that lost
// values, in alphabetical order.
std::vector<std::string> drop_unread_series(Results& results, const std::vector<Figure>& figures,
                                            const std::vector<Claim>& claims);

}  // namespace qklab
