#include "core/claims/slices.hpp"

namespace qklab {

std::vector<Expected> expected_slices(const std::vector<Claim>& claims) {
  std::vector<Expected> expected;
  for (const Claim& claim : claims) {
    const KeyLess order{&claim.experiment->parameters, &claim.by};
    expected.push_back({Expected::Counts(order), Expected::Counts(order)});
  }
  if (claims.empty()) return expected;
  claims.front().sweep.for_each([&](const TrialSpec& trial) {
    for (std::size_t i = 0; i < claims.size(); ++i) {
      const Claim& claim = claims[i];
      const Key key = key_of(trial.params, claim.by);
      if (!claim.where || claim.where->holds(trial.params)) ++expected[i].claimed[key];
      if (claim.against && claim.against->holds(trial.params)) ++expected[i].against[key];
    }
    return true;
  });
  return expected;
}

Sides sides(const Claim& claim, const Results& results, const std::optional<Where>& where) {
  Sides result(KeyLess{&claim.experiment->parameters, &claim.by});
  for (const TrialRecord* trial : select(results, where)) {
    Side& side = result[key_of(trial->params, claim.by)];
    side.failed += trial->status == Status::failed;
    side.diverged += trial->status == Status::diverged;
    side.pruned += trial->status == Status::pruned;
    if (trial->status == Status::done) side.done.push_back(trial);
    if (trial->status == Status::failed || trial->status == Status::diverged) side.lost.push_back(trial);
  }
  return result;
}

}  // namespace qklab
