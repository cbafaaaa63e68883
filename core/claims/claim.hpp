// Claims: statements of a paper as tests on results, and the verdicts on them.
// Reference of all keys and of the statistics: docs/figures-and-claims.md.
#pragma once

#include <any>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/selection.hpp"

namespace qklab {

struct TestKind;    // how a claim is tested: core/claims/test_kind.hpp
struct MethodKind;  // how its seeds decide it: core/claims/method.hpp

inline constexpr double level = 0.05;  // of all decisions; intervals are at 1 - level

struct Claim {
  std::string id;
  std::string text;
  std::string paper;  // the paper's wording
  const TestKind* test = nullptr;
  Quantity metric;
  std::vector<Quantity> beside;  // what its test reads as well: the theory of an agreement
  std::optional<Where> where;
  std::optional<Where> against;  // the other side, where the test compares two
  std::vector<std::size_t> by;   // parameters; each combination of their values is judged by itself
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
  std::any own;  // what its test has read of keys of its own
  const MethodKind* method = nullptr;
  double share = 0;              // of seeds that must lie within the limits, where the claim is about a share
  bool permutation = false;      // the p-value is that of the test's permutations, instead of the method's
  bool leaves_lost_out = false;  // seeds that diverged or failed, instead of counting them against the claim
  bool demand_holds = false;
  double looks =
      1;  // at how many numbers of seeds it may have been judged before; p-values are multiplied by it
  // What holds if the program is right (a theorem, a constraint, a promise of a solver) and says nothing about the
  // world. It is listed apart, and has no part in rates of false discoveries.
  bool check = false;
  bool demand_confirmed = false;  // that it holds, and on reserved seeds too once these have run
  // What else its test was told, as it is written: reference, against, along and others, in order.
  std::vector<std::pair<std::string, std::string>> asked;
  std::string hash;  // of all that decides it: equal for claims that say and ask the same of the data
  const Experiment* experiment = nullptr;
  Sweep sweep;  // what should have run

  // Whether a trial with these parameters is on either of its sides.
  bool reads(const Parameters& params) const {
    return !where || where->holds(params) || (against && against->holds(params));
  }

  template <class Keys> const Keys& keys() const { return std::any_cast<const Keys&>(own); }
};

// Reads `claims:`, then `checks:`. All errors go to `diagnostics`; the result is to be used only if that stayed empty.
std::vector<Claim> parse_claims(const Config& config, Diagnostics& diagnostics);

// The keys that a claim with this test may have, as its reader asks for them.
KeyForms claim_keys(const TestKind& test, const Experiment& experiment);

// How many trials of a slice can't speak for the claim, on both sides where it compares two.
struct Missing {
  std::size_t not_run = 0, failed = 0, diverged = 0;
};

enum class Outcome { holds, fails, in_part, undecided };  // in_part: of a whole claim only
std::string_view name_of(Outcome outcome);                // "holds", "fails", "holds in part", "undecided"

// What a verdict is worth: `exploratory` may be the best of many that were looked at; `confirmed` has held
// again on seeds that were reserved for it, `not_confirmed` has not.
enum class Standing { exploratory, confirmed, not_confirmed };
std::string_view name_of(Standing standing);  // "exploratory", "confirmed", "not confirmed"

// The verdict of reserved seeds on a slice.
struct FreshVerdict {
  Outcome outcome = Outcome::undecided;
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();
  double p_adjusted = std::numeric_limits<double>::quiet_NaN();
  std::size_t seeds = 0;
};

struct SliceVerdict {
  std::vector<std::pair<std::string, Value>> at;  // parameter and value; empty where the claim has no `by`
  Outcome outcome = Outcome::undecided;
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  // 95 % interval, not corrected
  double high = std::numeric_limits<double>::quiet_NaN();
  double at_least = -std::numeric_limits<double>::infinity();  // what was demanded of the estimate
  double at_most = std::numeric_limits<double>::infinity();
  double p = std::numeric_limits<double>::quiet_NaN();           // two-sided; NaN where nothing was tested
  double p_adjusted = std::numeric_limits<double>::quiet_NaN();  // over the slices of its claim
  std::size_t seeds = 0;
  std::size_t trials = 0;  // that are done
  Missing missing;
  std::optional<std::uint64_t> more_seeds;  // that would settle an undecided slice, if the estimate stays
  std::string note;                         // why undecided, where violated, what was left out
  std::optional<Standing> standing = {};    // none: a run on reserved seeds, or nobody has asked
  std::optional<FreshVerdict> fresh = {};   // none: no reserved seeds speak for or against it
  std::uint64_t added_after_looking = 0;    // how often it got seeds or trials after it had been judged
  // Seeds of the slice that the directory had at some look, and that the config does not ask for any more.
  std::uint64_t left_out_after_looking = 0;
};

// What is kept of a claim besides its verdict.
struct ClaimRecord {
  std::string since;           // when it was first run in this form, in UTC
  bool after_results = false;  // results of its slices existed by then
};

struct Verdict {
  std::string id;  // of the claim
  Outcome outcome = Outcome::undecided;
  std::vector<SliceVerdict> slices;                     // in the order of the values of `by`
  double p = std::numeric_limits<double>::quiet_NaN();  // the level at which the outcome is reached
  // The share of false verdicts that is expected at most among the claims with as small a p.
  double false_discovery_rate = std::numeric_limits<double>::quiet_NaN();
  // See core/confirm/standing.hpp.
  std::optional<Standing> standing = {};
  std::optional<Outcome> fresh = {};  // of the whole claim on reserved seeds
  std::uint64_t rounds = 0;           // how many sets of reserved seeds have been drawn
  std::string standing_note = {};     // why exploratory although reserved seeds have run
  std::optional<ClaimRecord> record = {};
};

// One verdict for each claim, in order. A claim holds where all its slices do, fails where none does and one
// fails, holds in part where some do, and is undecided otherwise. Deterministic: random numbers are keyed by
// claim and slice.
std::vector<Verdict> judge(const std::vector<Claim>& claims, const Results& results);

// Whether the config demands that a claim holds, or is confirmed, and its verdict is another; or whether a check fails.
// Before reserved seeds have run, `demand: confirmed` asks no more than that it holds.
bool falls_short(const Claim& claim, const Verdict& verdict);
bool falls_short(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts);  // any of them

}  // namespace qklab
