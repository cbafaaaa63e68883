// claims.json: the verdicts for other programs. Fields: docs/figures-and-claims.md.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

// Indented JSON with a final newline. Numbers that are not finite are null. Equal input, equal text.
std::string claims_json(const Config& config, const std::vector<Claim>& claims,
                        const std::vector<Verdict>& verdicts);

}  // namespace qklab
