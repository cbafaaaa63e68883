// Which series must be loaded for figures and claims.
#pragma once

#include <string>
#include <vector>

#include "core/report/claim.hpp"
#include "core/report/figure.hpp"

namespace qklab {

// Each name once, in alphabetical order.
std::vector<std::string> series_needed(const std::vector<Figure>& figures, const std::vector<Claim>& claims);

}  // namespace qklab
