#include "core/claims/read_test.hpp"

#include <fmt/format.h>

namespace qklab {
namespace {

struct Reader {
  MapReader& map;
  const Experiment& experiment;
  Claim& claim;

  void error(std::string_view key, const std::string& message) {
    map.diagnostics().error(map.has(key) ? map.place(key) : map.place(), fmt::format("{}: {}", key, message));
  }

  void thresholds(bool required) {
    claim.at_least = map.real("at_least").value_or(claim.at_least);
    claim.at_most = map.real("at_most").value_or(claim.at_most);
    if (required && !map.has("at_least") && !map.has("at_most")) {
      map.diagnostics().error(map.place(),
                              fmt::format("claim: {} needs at_least or at_most", name_of(claim.test)));
    }
    if (!(claim.at_least <= claim.at_most)) error("at_least", "is above at_most");
  }

  // A series must be told which of its numbers counts, where the test wants one number a trial.
  void needs_one_number() {
    if (claim.metric.whole_series()) {
      error("metric", fmt::format("'{}' is a series; {} needs one number of it (at: last)",
                                  claim.metric.metric, name_of(claim.test)));
    }
  }

  void difference() {
    thresholds(true);
    needs_one_number();
    claim.against = read_where(map, "against", experiment);
    claim.reference = map.real("reference");
    if (claim.against && claim.reference) error("reference", "give either against or reference");
    if (!claim.against && !claim.reference) {
      map.diagnostics().error(map.place(),
                              "claim: difference needs against (another where) or reference (a number)");
    }
  }

  void ratio() {
    thresholds(true);
    needs_one_number();
    claim.against = read_where(map, "against", experiment);
    if (!claim.against) map.diagnostics().error(map.place(), "claim: ratio needs against (another where)");
  }

  void monotone() {
    thresholds(true);
    const std::string direction =
        map.choice("direction", {"increasing", "decreasing"}).value_or("increasing");
    claim.direction = direction == "increasing" ? Direction::increasing : Direction::decreasing;
    along();
  }

  void slope() {
    thresholds(true);
    claim.lagged = map.boolean("lagged").value_or(false);
    claim.floor = map.real("floor").value_or(0);
    if (!(claim.floor >= 0)) error("floor", "expected a number of at least 0");
    if (!claim.lagged) {
      along();
      return;
    }
    if (map.has("along")) error("along", "a lagged slope has no along: it is taken along the metric's index");
    if (!claim.metric.whole_series()) error("metric", "a lagged slope needs a whole series");
  }

  void agreement() {
    claim.tolerance = map.required_real("tolerance");
    if (!(claim.tolerance >= 0)) error("tolerance", "expected a number of at least 0");
    const std::string norm = map.choice("norm", {"max", "rms", "mean"}).value_or("max");
    claim.norm = norm == "max" ? Norm::max : norm == "rms" ? Norm::rms : Norm::mean;
    claim.reference = map.real("reference");
    theory();
    claim.sampling = read_parameter(map, "sampling", experiment);
    if (claim.sampling && experiment.parameters[*claim.sampling].type != Type::integer) {
      error("sampling", "expected the integer parameter that counts the draws");
    }
    if (claim.sampling && claim.norm != Norm::max) error("sampling", "the allowance is for norm: max");
    claim.confidence = map.real("confidence").value_or(0.95);
    if (!(claim.confidence > 0 && claim.confidence < 1))
      error("confidence", "expected a number between 0 and 1");
  }

  void theory() {
    auto named = map.text("theory");
    if (named && claim.reference) error("theory", "give either theory or reference");
    for (const Overlay& overlay : experiment.overlays) {
      if (!named && !claim.reference && overlay.metric == claim.metric.metric) named = overlay.theory;
    }
    if (claim.reference) return;
    if (!named) {
      map.diagnostics().error(map.place(),
                              "claim: agreement needs theory (a metric) or reference (a number)");
      return;
    }
    claim.theory = find_quantity(map, "theory", *named, claim.metric.at, experiment);
    if (claim.theory && claim.theory->series != claim.metric.series) {
      error("theory",
            fmt::format("'{}' and '{}' must both be scalars or both series", *named, claim.metric.metric));
    }
  }

  void bound() {
    thresholds(true);
    claim.tolerance = map.real("tolerance").value_or(0);
    if (!(claim.tolerance >= 0)) error("tolerance", "expected a number of at least 0");
  }

  // Along a parameter, with one number a trial; or along the index of a whole series.
  void along() {
    const std::string name = map.required_text("along");
    if (name.empty() || claim.metric.metric.empty()) return;
    if (claim.metric.whole_series()) {
      const std::string& index = metric_of(claim.metric, experiment).index;
      if (name == index) return;
      if (experiment.parameters.find(name)) return needs_one_number();
      std::vector<std::string> candidates = experiment.parameters.names();
      candidates.push_back(index);
      error("along", fmt::format("'{}' is neither '{}', the index of '{}', nor a parameter{}", name, index,
                                 claim.metric.metric, did_you_mean(name, candidates)));
      return;
    }
    claim.along = find_parameter(map, "along", name, experiment);
    if (!claim.along) return;
    const Type type = experiment.parameters[*claim.along].type;
    if (type != Type::real && type != Type::integer) error("along", fmt::format("'{}' is no number", name));
  }
};

}  // namespace

void read_test(MapReader& map, const Experiment& experiment, Claim& claim) {
  Reader reader{map, experiment, claim};
  switch (claim.test) {
    case Test::difference:
      return reader.difference();
    case Test::monotone:
      return reader.monotone();
    case Test::agreement:
      return reader.agreement();
    case Test::ratio:
      return reader.ratio();
    case Test::slope:
      return reader.slope();
    case Test::bound:
      return reader.bound();
  }
}

}  // namespace qklab
