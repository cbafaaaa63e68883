#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "core/base/nan.hpp"
#include "core/claims/elements.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"
#include "core/stats/correlation.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

// Of absolute deviations, all of them finite.
using Norm = double (*)(std::span<const double>);

double largest(std::span<const double> x) { return *std::max_element(x.begin(), x.end()); }
double root_mean_square(std::span<const double> x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0) / static_cast<double>(x.size()));
}

const std::map<std::string, Norm, std::less<>> norms = {
    {"max", largest}, {"mean", mean}, {"rms", root_mean_square}};

struct AgreementKeys {
  std::optional<double> reference;  // in place of a theory, which stands in Claim::beside
  double tolerance = 0;             // of the norm
  Norm norm = largest;
  std::optional<std::size_t> sampling;  // the parameter with the number of draws
  double confidence = 0.95;             // of the sampling allowance
};

// As the claim names it, or as the experiment says that it stands beside the metric.
void read_theory(ClaimReader& reader, bool has_reference) {
  const auto& [map, experiment, claim] = reader;
  auto named = map.text("theory");
  if (named && has_reference) reader.error("theory", "give either theory or reference");
  for (const Overlay& overlay : experiment.overlays) {
    if (!named && !has_reference && overlay.metric == claim.metric.metric) named = overlay.theory;
  }
  if (has_reference) return;
  if (!named) {
    map.diagnostics().error(map.place(), "claim: agreement needs theory (a metric) or reference (a number)");
    return;
  }
  const auto theory = find_quantity(map, "theory", *named, claim.metric.at, experiment);
  if (!theory) return;
  if (theory->series != claim.metric.series) {
    reader.error("theory", fmt::format("'{}' and '{}' must both be scalars or both series", *named,
                                       claim.metric.metric));
  }
  claim.beside.push_back(*theory);
}

void read_agreement(ClaimReader& reader) {
  const auto& [map, experiment, claim] = reader;
  AgreementKeys keys;
  keys.tolerance = reader.not_negative("tolerance", map.required_real("tolerance"));
  std::vector<std::string> names;
  for (const auto& [name, norm] : norms) names.push_back(name);
  keys.norm = norms.find(map.choice("norm", names).value_or("max"))->second;
  keys.reference = map.real("reference");
  read_theory(reader, keys.reference.has_value());
  keys.sampling = read_parameter(map, "sampling", experiment);
  if (keys.sampling && experiment.parameters[*keys.sampling].type != Type::integer)
    reader.error("sampling", "expected the integer parameter that counts the draws");
  if (keys.sampling && keys.norm != largest) reader.error("sampling", "the allowance is for norm: max");
  keys.confidence = map.real("confidence").value_or(0.95);
  if (!(keys.confidence > 0 && keys.confidence < 1))
    reader.error("confidence", "expected a number between 0 and 1");
  claim.own = keys;
}

// Absolute deviations of one trial; NaN for each that lacks its counterpart.
std::vector<double> deviations(const Claim& claim, const TrialRecord& trial) {
  const Elements measured = elements(claim.metric, trial);
  std::vector<double> result;
  if (measured.value.empty()) return {nan};
  if (const auto& reference = claim.keys<AgreementKeys>().reference) {
    for (const double v : measured.value) result.push_back(std::abs(v - *reference));
    return result;
  }
  const Elements theory = elements(claim.beside.front(), trial);
  if (theory.value.size() != measured.value.size()) return {nan};
  for (std::size_t i = 0; i < measured.value.size(); ++i) {
    const bool same_place = !claim.metric.whole_series() || measured.index[i] == theory.index[i];
    result.push_back(same_place ? std::abs(measured.value[i] - theory.value[i]) : nan);
  }
  return result;
}

double agreement_number(const Claim& claim, const Trials& trials) {
  std::vector<double> all;
  for (const TrialRecord* trial : trials) {
    const std::vector<double> some = deviations(claim, *trial);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all_finite(all) ? claim.keys<AgreementKeys>().norm(all) : nan;
}

// What chance alone may add to the tolerance, where frequencies were counted in draws: the largest over
// seeds.
double sampling_allowance(const Claim& claim, const Trials& trials) {
  const auto& keys = claim.keys<AgreementKeys>();
  if (!keys.sampling) return 0;
  const Schema& schema = claim.experiment->parameters;
  double most = 0;
  for (const Group& seed : group(trials, schema, {seed_of(schema)})) {
    double positions = 0, draws = std::numeric_limits<double>::infinity();
    for (const TrialRecord* trial : seed.trials) {
      positions += static_cast<double>(elements(claim.metric, *trial).value.size());
      draws = std::min(draws, trial->params.real(schema[*keys.sampling].name));
    }
    most = std::max(most, frequency_error(positions, draws, keys.confidence));
  }
  return most;
}

Limits agreement_limits(const Claim& claim, const Trials& trials) {
  return {.at_most = claim.keys<AgreementKeys>().tolerance + sampling_allowance(claim, trials)};
}

std::string why_no_agreement(const Claim& claim) {
  return fmt::format("{} and its theory do not match", claim.metric.metric);
}

// Of a deviation within the metric's range, where the theory or reference stands in it too.
std::optional<Range> deviation_range(const Claim& claim, const std::optional<Range>& metric) {
  const auto& reference = claim.keys<AgreementKeys>().reference;
  if (!metric || (reference && !(metric->low <= *reference && *reference <= metric->high)))
    return std::nullopt;
  if (!reference && !metric_of(claim.beside.front(), *claim.experiment).range) return std::nullopt;
  return Range{0, metric->high - metric->low};
}

void add_agreement() {
  Registry<TestKind>::all().add({.name = "agreement",
                                 .doc = "the distance from a theory or a number, within a tolerance",
                                 .read = read_agreement,
                                 .number = agreement_number,
                                 .range = deviation_range,
                                 .why_none = why_no_agreement,
                                 .limits = agreement_limits});
}

}  // namespace

QKLAB_REGISTER(add_agreement)

}  // namespace qklab
