// The verdicts as plain text.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

// One block a claim: its text and verdict, then a line for each slice. Lines are wrapped at `width`
// columns (at least 40 are assumed). With `color`, verdicts are coloured by ANSI escapes.
std::string verdict_table(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts, int width,
                          bool color);

// "holds in part (3 of 4), confirmed": the outcome, of how many slices, and its standing if it has one.
std::string verdict_summary(const Verdict& verdict);
// With `color`, in the colour of the outcome, by ANSI escapes.
std::string colored(Outcome outcome, const std::string& text, bool color);

}  // namespace qklab
