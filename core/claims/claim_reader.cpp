#include "core/claims/claim_reader.hpp"

#include <fmt/format.h>

#include "core/claims/test_kind.hpp"

namespace qklab {

void ClaimReader::error(std::string_view key, const std::string& message) {
  map.diagnostics().error(map.has(key) ? map.place(key) : map.place(), fmt::format("{}: {}", key, message));
}

void ClaimReader::limits() {
  claim.at_least = map.real("at_least").value_or(claim.at_least);
  claim.at_most = map.real("at_most").value_or(claim.at_most);
  if (!map.has("at_least") && !map.has("at_most")) {
    map.diagnostics().error(map.place(),
                            fmt::format("claim: {} needs at_least or at_most", claim.test->name));
  }
  if (!(claim.at_least <= claim.at_most)) error("at_least", "is above at_most");
}

void ClaimReader::against() { claim.against = read_where(map, "against", experiment); }

void ClaimReader::needs_one_number() {
  if (claim.metric.whole_series()) {
    error("metric", fmt::format("'{}' is a series; {} needs one number of it (at: last)", claim.metric.metric,
                                claim.test->name));
  }
}

double ClaimReader::not_negative(std::string_view key, double value) {
  if (!(value >= 0)) error(key, "expected a number of at least 0");
  return value;
}

}  // namespace qklab
