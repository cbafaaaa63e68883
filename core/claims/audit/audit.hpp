// Whether a claim would hold for nothing: it is judged again on results from which what it speaks of was removed.
#pragma once

#include <optional>
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
  // Of models that were trained without what claims about attention speak of, see null_models.hpp.
  labels,
  uniform,
  no_layers,
};
std::string_view name_of(Null null);

struct NullVerdict {
  Null null = Null::shuffled;
  std::size_t held = 0, slices = 0;  // over all draws; no slices: the null model does not apply
};

struct Audit {
  std::string id;  // of the claim
  Outcome outcome = Outcome::undecided;
  std::vector<NullVerdict> nulls;
  // Why the claim, which holds at least in part, holds for nothing; "" where no null model says so.
  std::string finding;
  std::string by_model = {};  // the same of the first model for which it holds: labels, uniform or no_layers
};

// One for each claim that is no check, in order. Random numbers are keyed by claim, seed and draw.
std::vector<Audit> audit(const std::vector<Claim>& claims, const Results& results);

// Adds to `audits`, which are those of `claims`, how they are judged on the results of a null model; none: it does not
// apply to the experiment.
void add_model(std::vector<Audit>& audits, const std::vector<Claim>& claims, Null null,
               const std::optional<Results>& results);

// A line a claim, as plain text, then the findings.
std::string audit_table(const std::vector<Audit>& audits, int width);

}  // namespace qklab
