// What report.html shows, as JSON: verdicts, the numbers behind the figures, trials, config, provenance.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/claims/claim.hpp"
#include "core/figures/figure.hpp"

namespace qklab {

// Of more trials than this, the report's table has the first ones and says so.
inline constexpr std::size_t most_trials_in_report = 200'000;

inline constexpr std::size_t most_series_numbers = 200'000;

// A figure's SVG or CSV that is longer is not in the page, which names the file instead.
inline constexpr std::size_t longest_file = 2'000'000;

// Names and texts, in order: commit, compiler and so on.
using Provenance = std::vector<std::pair<std::string, std::string>>;

// Of series it has what the figures are drawn from, and those of the first trials that have some, up to
// `most_series_numbers`. Numbers of figures are rounded to six digits, those of trials are not; what is not finite is
// null. Equal input, equal text.
// `pictures`: the SVG of each figure by its name, where there is one.
std::string report_data_json(const Config& config, const std::vector<Figure>& figures,
                             const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                             const Results& results, const Provenance& provenance,
                             const std::map<std::string, std::string>& pictures = {});

}  // namespace qklab
