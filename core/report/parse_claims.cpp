#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/report/claim.hpp"

namespace qklab {
namespace {

struct Reader {
  MapReader& map;
  const Experiment& experiment;
  Claim claim;

  void error(std::string_view key, const std::string& message) {
    map.diagnostics().error(map.has(key) ? map.place(key) : map.place(), fmt::format("{}: {}", key, message));
  }

  // --- Keys, in the order of the reference.

  void metric(const std::string& at) {
    const std::string name = map.required_text("metric");
    if (name.empty()) return;
    if (const auto found = find_quantity(map, "metric", name, at, experiment)) claim.metric = *found;
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

  // --- Tests.

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

const std::vector<std::pair<std::string, Test>> tests = {
    {"difference", Test::difference}, {"monotone", Test::monotone}, {"agreement", Test::agreement},
    {"ratio", Test::ratio},           {"slope", Test::slope},       {"bound", Test::bound}};

void read_test(Reader& reader) {
  switch (reader.claim.test) {
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

void read_by(Reader& reader) {
  for (const std::string& name : reader.map.texts("by")) {
    const auto parameter = find_parameter(reader.map, "by", name, reader.experiment);
    if (!parameter) continue;
    auto& by = reader.claim.by;
    if (name == "seed") {
      reader.error("by", "seeds are what a slice is averaged over");
    } else if (std::find(by.begin(), by.end(), *parameter) != by.end()) {
      reader.error("by", fmt::format("'{}' is given twice", name));
    } else {
      by.push_back(*parameter);
    }
  }
}

Claim parse_claim(MapReader& map, const Config& config) {
  Reader reader{map, *config.experiment, {}};
  Claim& claim = reader.claim;
  claim.id = map.required_text("id");
  claim.text = map.required_text("text");
  claim.paper = map.text("paper").value_or("");
  claim.experiment = config.experiment;
  claim.sweep = config.sweep;
  std::vector<std::string> names;
  for (const auto& [name, test] : tests) names.push_back(name);
  if (!map.has("test")) map.required_text("test");
  const auto name = map.choice("test", names);
  claim.where = read_where(map, "where", *config.experiment);
  read_by(reader);
  const std::string interval = map.choice("interval", {"t", "bootstrap"}).value_or("t");
  claim.bootstrap = interval == "bootstrap";
  claim.demand_holds = map.choice("demand", {"holds"}).has_value();
  reader.metric(map.text("at").value_or(""));
  if (!name) return claim;  // without a test no other key can be told from a wrong one
  for (const auto& [known, test] : tests) {
    if (known == *name) claim.test = test;
  }
  read_test(reader);
  map.finish();
  return claim;
}

// The experiment's own claims: YAML nodes by id, in order.
std::vector<std::pair<std::string, YAML::Node>> own_claims(const Experiment& experiment,
                                                           const std::string& file,
                                                           Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, YAML::Node>> claims;
  if (experiment.claims.empty()) return claims;
  const YAML::Node list = parse_yaml(experiment.claims, file, diagnostics);
  if (!list.IsSequence()) {
    diagnostics.error(place_of(list, file), "claims: expected a list of maps");
    return claims;
  }
  for (const YAML::Node& node : list) {
    const YAML::Node id = node.IsMap() ? node["id"] : YAML::Node(YAML::NodeType::Undefined);
    claims.emplace_back(id && id.IsScalar() ? id.Scalar() : "", node);
  }
  return claims;
}

}  // namespace

std::vector<Claim> parse_claims(const Config& config, Diagnostics& diagnostics) {
  std::vector<Claim> claims;
  if (!config.claims || config.claims.IsNull()) return claims;
  const std::string& file = config.source.file;
  const std::string own_file = "experiment " + config.experiment->name;
  if (!config.claims.IsSequence()) {
    diagnostics.error(place_of(config.claims, file),
                      "claims: expected a list of maps, or of ids of the experiment's own claims");
    return claims;
  }
  const auto own = own_claims(*config.experiment, own_file, diagnostics);
  std::vector<std::string> own_ids;
  for (const auto& [id, node] : own) own_ids.push_back(id);
  std::set<std::string> ids;
  for (const YAML::Node& entry : config.claims) {
    YAML::Node node;
    node.reset(entry);
    std::string from = file;
    if (entry.IsScalar()) {
      const auto found = std::find(own_ids.begin(), own_ids.end(), entry.Scalar());
      if (found == own_ids.end()) {
        diagnostics.error(place_of(entry, file),
                          fmt::format("claims: {} has no claim '{}' of its own{}", config.experiment->name,
                                      entry.Scalar(), did_you_mean(entry.Scalar(), own_ids)));
        continue;
      }
      node.reset(own[static_cast<std::size_t>(found - own_ids.begin())].second);
      from = own_file;
    }
    MapReader map(node, from, diagnostics, "claim");
    claims.push_back(parse_claim(map, config));
    const std::string& id = claims.back().id;
    if (!id.empty() && !ids.insert(id).second) {
      diagnostics.error(place_of(entry, file), fmt::format("claim: the id '{}' is used twice", id));
    }
  }
  return claims;
}

}  // namespace qklab
