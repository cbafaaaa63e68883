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

// The mean over the seed's trials, less the reference; the other side's is subtracted later.
double difference_number(const Claim& claim, const Trials& trials) {
  return mean_number(claim.metric, trials) - claim.keys<DifferenceKeys>().reference.value_or(0);
}

std::optional<Range> difference_range(const Claim& claim, const std::optional<Range>& metric) {
  if (!metric) return std::nullopt;
  const double width = metric->high - metric->low;
  if (claim.against) return Range{-width, width};
  const double reference = claim.keys<DifferenceKeys>().reference.value_or(0);
  return Range{metric->low - reference, metric->high - reference};
}

void add_difference() {
  Registry<TestKind>::all().add({.name = "difference",
                                 .doc = "the metric, less a reference or the same seed's in other trials",
                                 .read = read_difference,
                                 .number = difference_number,
                                 .range = difference_range});
}

}  // namespace

QKLAB_REGISTER(add_difference)

}  // namespace qklab
