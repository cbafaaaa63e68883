// A claim test: the share of a seed's trials in which a metric is above a threshold.
//
//     {id: most, text: Most trials localize., test: share, metric: contrast, above: 0.5, at_least: 0.9}
#include <cmath>

#include "core/base/nan.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

struct ShareKeys {
  double above = 0;
};

void read_share(ClaimReader& reader) {
  reader.limits();
  reader.needs_one_number();
  reader.claim.own = ShareKeys{reader.map.required_real("above")};
}

// A seed with a trial that has no number has no number itself, so that it cannot let the claim hold.
double share_number(const Claim& claim, const Trials& trials) {
  double above = 0;
  for (const TrialRecord* trial : trials) {
    const double number = number_of(claim.metric, *trial);
    if (std::isnan(number)) return nan;
    above += number > claim.keys<ShareKeys>().above;
  }
  return above / static_cast<double>(trials.size());
}

void add_share() {
  Registry<TestKind>::all().add({.name = "share",
                                 .doc = "the share of trials in which the metric is above a number",
                                 .read = read_share,
                                 .number = share_number});
}

}  // namespace

QKLAB_REGISTER(add_share)

}  // namespace qklab
