// Whether a claim would hold for nothing: it is judged again on results from which what it speaks of was removed.
#pragma once

#include <string>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

// Results without what claims speak of. All keep the sweep, and which trials there are.
enum class Null {
  shuffled,  // within each seed, results are dealt out to the points at random, and series lose their order
  constant,  // every trial has the results of one in the middle of all
  lowest,    // or of the trial whose metric is the smallest of all
  highest,
};
std::string_view name_of(Null null);

struct NullVerdict {
  Null null = Null::shuffled;
  std::size_t held = 0, slices = 0;  // over all draws
};

struct Audit {
  std::string id;  // of the claim
  Outcome outcome = Outcome::undecided;
  std::vector<NullVerdict> nulls;
  // Why the claim, which holds at least in part, holds for nothing; "" where no null model says so.
  std::string finding;
};

// One for each claim that is no check, in order. Random numbers are keyed by claim, seed and draw.
std::vector<Audit> audit(const std::vector<Claim>& claims, const Results& results);

// A line a claim, as plain text, then the findings.
std::string audit_table(const std::vector<Audit>& audits, int width);

}  // namespace qklab
