#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/nan.hpp"
#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {
namespace {

struct BoundKeys {
  double tolerance = 0;  // rounding that is forgiven
};

void read_bound(ClaimReader& reader) {
  reader.limits();
  reader.claim.own = BoundKeys{reader.not_negative("tolerance", reader.map.real("tolerance").value_or(0))};
}

// The element that is farthest out, over all trials.
struct Extreme {
  double value = 0;       // NaN where some elements are and none of the others violates the bound
  std::size_t count = 0;  // of elements
  std::size_t violations = 0;
  std::size_t undefined = 0;  // NaN
  std::string where;          // trial and index of the first violation, or else of the first NaN
};

Extreme worst_element(const Claim& claim, const Trials& trials) {
  const double tolerance = claim.keys<BoundKeys>().tolerance;
  Extreme worst;
  std::string undefined_where;
  const auto excess = [&](double v) { return std::max(claim.at_least - v, v - claim.at_most); };
  for (const TrialRecord* trial : trials) {
    const Elements e = elements(claim.metric, *trial);
    for (std::size_t i = 0; i < e.value.size(); ++i) {
      const double v = e.value[i];
      if (!std::isnan(v) && (!(worst.count > worst.undefined) || excess(v) > excess(worst.value)))
        worst.value = v;
      ++worst.count;
      if (v >= claim.at_least - tolerance && v <= claim.at_most + tolerance) continue;
      std::string& where = std::isnan(v) ? undefined_where : worst.where;
      if ((std::isnan(v) ? worst.undefined : worst.violations)++ > 0) continue;
      const std::string place =
          claim.metric.whole_series()
              ? fmt::format(" at {} {}", metric_of(claim.metric, *claim.experiment).index,
                            shortest(e.index[i]))
              : "";
      where = fmt::format("trial {} ({}){}: {}", trial_name(trial->id),
                          Telling(claim.sweep).text(trial->params), place, shortest(v));
    }
  }
  if (worst.violations == 0 && worst.undefined > 0) {
    worst.value = nan;
    worst.where = undefined_where;
  }
  return worst;
}

void judge_bound(const Claim& claim, const Trials& trials, SliceVerdict& verdict) {
  const Extreme worst = worst_element(claim, trials);
  if (worst.count == 0) {
    verdict.note = fmt::format("no values of {}", claim.metric.metric);
    return;
  }
  verdict.estimate = worst.value;
  if (worst.violations > 0) {
    verdict.outcome = Outcome::fails;
    verdict.note =
        fmt::format("violated by {} of {} values, first by {}", worst.violations, worst.count, worst.where);
  } else if (worst.undefined > 0) {
    verdict.note =
        fmt::format("{} of {} values are no number, first {}", worst.undefined, worst.count, worst.where);
  } else {
    verdict.outcome = Outcome::holds;
  }
}

void add_bound() {
  Registry<TestKind>::all().add({.name = "bound",
                                 .doc = "every single number of every trial within limits",
                                 .read = read_bound,
                                 .judge = judge_bound});
}

}  // namespace

QKLAB_REGISTER(add_bound)

}  // namespace qklab
