#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

struct DifferenceKeys {
  std::optional<double> reference;
};

void read_difference(ClaimReader& reader) {
  reader.limits();
  reader.needs_one_number();
  reader.against();
  const std::optional<double> reference = reader.map.real("reference");
  const bool against = reader.claim.against.has_value();
  if (against && reference) reader.error("reference", "give either against or reference");
  if (!against && !reference) {
    reader.map.diagnostics().error(reader.map.place(),
                                   "claim: difference needs against (another where) or reference (a number)");
  }
  reader.claim.own = DifferenceKeys{reference};
}

// The mean over the seed's trials, less the reference; the other side's mean is subtracted later.
double difference_number(const Claim& claim, const Trials& trials) {
  return mean_number(claim.metric, trials) - claim.keys<DifferenceKeys>().reference.value_or(0);
}

void add_difference() {
  Registry<TestKind>::all().add({.name = "difference",
                                 .doc = "the mean, less a reference or the mean of other trials",
                                 .read = read_difference,
                                 .number = difference_number});
}

}  // namespace

QKLAB_REGISTER(add_difference)

}  // namespace qklab
