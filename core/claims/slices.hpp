// A claim's slices: which trials each should have, and which it has.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/claims/claim.hpp"

namespace qklab {

// How many trials each slice of a claim should have, on either side.
struct Expected {
  using Counts = std::map<Key, std::size_t, KeyLess>;
  Counts claimed, against;
};

// Of every claim, in one pass over the sweep.
std::vector<Expected> expected_slices(const std::vector<Claim>& claims);

// The trials of one slice on one side of a claim.
struct Side {
  Trials done;
  Trials lost;  // that failed or diverged
  std::size_t failed = 0, diverged = 0, pruned = 0;

  // How many of `wanted` trials have not run.
  std::size_t lacking(std::size_t wanted) const {
    const std::size_t ran = done.size() + failed + diverged + pruned;
    return wanted > ran ? wanted - ran : 0;
  }
};

// The trials for which `where` holds, by the values of the claim's `by`.
using Sides = std::map<Key, Side, KeyLess>;
Sides sides(const Claim& claim, const Results& results, const std::optional<Where>& where);

}  // namespace qklab
