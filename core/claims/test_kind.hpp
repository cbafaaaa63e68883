// The tests that a claim can name. Each is registered by its own file in core/claims/tests, or by a plugin:
// docs/extending.md.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "core/base/range.hpp"
#include "core/base/registry.hpp"
#include "core/base/stream.hpp"
#include "core/claims/claim.hpp"
#include "core/claims/claim_reader.hpp"

namespace qklab {

struct Limits {
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
};

struct TestKind {
  static constexpr const char *kind = "claim test", *noun = "tests";

  std::string name;
  std::string doc;  // one line: what it asks of the data

  // Reads the keys that a claim has for this test's sake.
  std::function<void(ClaimReader&)> read;

  // The number of one seed from its trials, all of them done; NaN where it has none. What is demanded is
  // asked of the distribution of these numbers over all seeds.
  std::function<double(const Claim&, const Trials&)> number = {};
  // The values that this number can take, for a metric with this range, if it has one.
  std::function<std::optional<Range>(const Claim&, const std::optional<Range>&)> range = {};
  // The number of a seed whose metric has been shuffled among the points, which a permutation test compares
  // with; for a test that has one.
  std::function<double(const Claim&, const Trials&, Stream&)> shuffled = {};
  // Why a seed has no number although each of its metric's is finite.
  std::function<std::string(const Claim&)> why_none = {};
  // What is demanded in a slice with these trials; unless given, the claim's at_least and at_most.
  std::function<Limits(const Claim&, const Trials&)> limits = {};
  // The logs of the two sides are compared: their ratio is what is shown.
  bool compares_logs = false;

  // In place of all of these, for a test without a number a seed: fills estimate, outcome and note of a slice
  // that has trials.
  std::function<void(const Claim&, const Trials&, SliceVerdict&)> judge = {};
};

}  // namespace qklab
