// What report.html shows, as JSON: verdicts, the numbers behind the figures, trials, config, provenance.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/figures/figure.hpp"

namespace qklab {

// Of more trials than this, the report's table has the first ones and says so.
inline constexpr std::size_t most_trials_in_report = 200'000;

// Names and texts, in order: commit, compiler and so on.
using Provenance = std::vector<std::pair<std::string, std::string>>;

// Series are not in it, but for what the figures are drawn from. Numbers are rounded to six digits, those
// that are not finite are null. Equal input, equal text.
std::string report_data_json(const Config& config, const std::vector<Figure>& figures,
                             const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                             const Results& results, const Provenance& provenance);

}  // namespace qklab
