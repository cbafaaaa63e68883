// Claims: statements of a paper as tests on results, and the verdicts on them.
// Reference of all keys and of the statistics: docs/figures-and-claims.md.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/selection.hpp"

namespace qklab {

enum class Test { difference, monotone, agreement, ratio, slope, bound };
enum class Norm { max, rms, mean };
enum class Direction { increasing, decreasing };

inline constexpr double level = 0.05;  // of all decisions; intervals are at 1 - level

struct Claim {
  std::string id;
  std::string text;
  std::string paper;  // the paper's wording
  Test test = Test::difference;
  Quantity metric;
  std::optional<Quantity> theory;   // agreement
  std::optional<double> reference;  // difference, agreement
  std::optional<Where> where;
  std::optional<Where> against;  // difference, ratio: the other side
  std::vector<std::size_t> by;   // parameters; each combination of their values is judged by itself
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
  double tolerance = 0;                 // agreement: the largest deviation; bound: rounding that is forgiven
  Norm norm = Norm::max;                // agreement
  std::optional<std::size_t> sampling;  // agreement: parameter with the number of draws
  double confidence = 0.95;             // of the sampling allowance
  Direction direction = Direction::increasing;  // monotone
  std::optional<std::size_t> along;             // monotone, slope: a parameter; none: the metric's index
  bool lagged = false;                          // slope of log r(l+1) on log r(l)
  double floor = 0;                             // slope: values at or below are left out
  bool bootstrap = false;                       // instead of Student's t
  bool demand_holds = false;
  const Experiment* experiment = nullptr;
  Sweep sweep;  // what should have run
};

// Reads `claims:`. All errors go to `diagnostics`; the result is to be used only if that stayed empty.
std::vector<Claim> parse_claims(const Config& config, Diagnostics& diagnostics);

// How many trials of a slice can't speak for the claim, on both sides where it compares two.
struct Missing {
  std::size_t not_run = 0, failed = 0, diverged = 0;
};

enum class Outcome { holds, fails, in_part, undecided };  // in_part: of a whole claim only
std::string_view name_of(Outcome outcome);                // "holds", "fails", "holds in part", "undecided"
std::string_view name_of(Test test);

struct SliceVerdict {
  std::vector<std::pair<std::string, Value>> at;  // parameter and value; empty where the claim has no `by`
  Outcome outcome = Outcome::undecided;
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  // 95 % interval, not corrected
  double high = std::numeric_limits<double>::quiet_NaN();
  double at_least = -std::numeric_limits<double>::infinity();  // what was demanded of the estimate
  double at_most = std::numeric_limits<double>::infinity();
  double p = std::numeric_limits<double>::quiet_NaN();       // two-sided; NaN where nothing was tested
  double p_holm = std::numeric_limits<double>::quiet_NaN();  // corrected over all slices of all claims
  std::size_t seeds = 0;
  std::size_t trials = 0;  // that are done
  Missing missing;
  std::optional<std::uint64_t> more_seeds;  // that would settle an undecided slice, if the estimate stays
  std::string note;                         // why undecided, where violated, what was left out
};

struct Verdict {
  std::string id;  // of the claim
  Outcome outcome = Outcome::undecided;
  std::vector<SliceVerdict> slices;  // in the order of the values of `by`
};

// One verdict for each claim, in order. A claim holds where all its slices do, fails where none does and one
// fails, holds in part where some do, and is undecided otherwise. Deterministic: the bootstrap's random
// numbers are keyed by claim and slice.
std::vector<Verdict> judge(const std::vector<Claim>& claims, const Results& results);

// Whether the config demands that a claim holds, and its verdict is another.
bool falls_short(const Claim& claim, const Verdict& verdict);
bool falls_short(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts);  // any of them

}  // namespace qklab
