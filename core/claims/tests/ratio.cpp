#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

void read_ratio(ClaimReader& reader) {
  reader.limits();
  reader.needs_one_number();
  reader.against();
  if (!reader.claim.against)
    reader.map.diagnostics().error(reader.map.place(), "claim: ratio needs against (another where)");
}

void add_ratio() {
  Registry<TestKind>::all().add(
      {.name = "ratio",
       .doc = "the metric over the same seed's in other trials, compared on the log scale",
       .read = read_ratio,
       .number = [](const Claim& claim, const Trials& trials) { return mean_number(claim.metric, trials); },
       .compares_logs = true});
}

}  // namespace

QKLAB_REGISTER(add_ratio)

}  // namespace qklab
