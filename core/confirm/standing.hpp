// Exploratory, confirmed or not confirmed: what verdicts are worth once reserved seeds have been judged too.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

// The claims as they were when reserved seeds ran, and the verdicts of these seeds alone.
struct ReservedVerdicts {
  std::vector<Claim> claims;
  std::vector<Verdict> verdicts;
};

// Fills `standing`, `fresh` and `standing_note` of verdicts and of their slices.
//
// A slice that holds is confirmed where reserved seeds hold too, and not confirmed where they do not. A claim
// that holds, wholly or in part, is confirmed where each of its slices that hold is, and not confirmed where
// one of them is not. All else is exploratory: what did not hold; a claim of which reserved seeds know nothing,
// or only in another form (by its hash). `reserved`: null where no reserved seeds have been judged, and `why`
// then says so in a sentence, or is "" where there is nothing to say.
void give_standing(const std::vector<Claim>& claims, std::vector<Verdict>& verdicts,
                   const ReservedVerdicts* reserved, const std::string& why = "");

// "mean=0.5 norm=pre", "" for a claim without `by`.
std::string name_of_slice(const SliceVerdict& slice);

}  // namespace qklab
