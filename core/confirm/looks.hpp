// Keeps in run.db when a claim was first run in its present form, and how often it got more seeds after it had
// been judged: both make a verdict easier to win than its p-value says.
#pragma once

#include <vector>

#include "core/claims/claim.hpp"
#include "core/store/store.hpp"

namespace qklab {

// Must be called before the run's trials are added: notes the claims that are new, or were changed, with the
// time, and whether the store holds results of their slices, of whatever seed.
void note_forms(Store& store, const std::vector<Claim>& claims);

// Notes on how many seeds and trials each slice has been judged now, and how many other seeds of it the store holds
// which the claim's sweep leaves out. If they are more than at an earlier look, that is counted. Returns whether
// anything was written.
bool note_looks(Store& store, const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts);

// Whether note_looks would write anything.
bool is_new_look(const History& history, const std::vector<Verdict>& verdicts);

// Fills in what is known: `record` of verdicts, `added_after_looking` and `left_out_after_looking` of slices.
void tell_history(const History& history, const std::vector<Claim>& claims, std::vector<Verdict>& verdicts);

}  // namespace qklab
