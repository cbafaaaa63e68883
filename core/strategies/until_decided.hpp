// Sampling until decided: all points of a sweep get twice as many replicates (seeds) as long as one of the named
// claims is undecided.
//
// How many looks there can be is known beforehand, and each claim's p-values are multiplied by their number
// (Bonferroni). So the error rates of all claims hold although the number of seeds depends on what was seen.
#pragma once

#include "core/strategies/strategy.hpp"

namespace qklab {

// `seeds: {until: {claims: [C1], max: 128, min: 8}}`: min, 2 min, 4 min .. max replicates of every point.
struct UntilDecided : Strategy {
  void check(const Sweep&, Diagnostics&) const override {}
  bool adds_replicates() const override { return true; }
  Sweep grow(const Sweep& sweep, const FinishedTrials& finished) const override;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> replicates() const override {
    return std::pair{min, max};
  }
  std::string outlook() const override;
  std::string account(const Sweep& sweep, const Results& results) const override;
  std::string why_whole() const override;

  std::uint64_t looks() const;  // at most

  std::vector<std::string> claims;  // ids
  std::uint64_t min = 8, max = 0;   // replicates of a point; 2 <= min <= max
  // Which of the claims these results leave undecided. It is set where claims are read, above this room; without it
  // nothing is added.
  using Undecided = std::function<std::vector<std::string>(const Sweep&, const Results&)>;
  std::shared_ptr<Undecided> undecided = std::make_shared<Undecided>();
};

std::shared_ptr<Strategy> read_until_decided(MapReader& map);

// The keys `min` and `max` of both forms of `until`: the fewest and the most replicates of a point. Nothing where an
// error was reported.
std::optional<std::pair<std::uint64_t, std::uint64_t>> read_replicates(MapReader& map,
                                                                       std::int64_t usual_min);

// The sweep's strategy of this kind, null if it has none.
const UntilDecided* until_decided(const Sweep& sweep);

}  // namespace qklab
