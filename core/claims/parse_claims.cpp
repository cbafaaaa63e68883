#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/sha256.hpp"
#include "core/claims/claim.hpp"
#include "core/claims/test_kind.hpp"
#include "core/yaml/canonical.hpp"

namespace qklab {
namespace {

void read_by(MapReader& map, const Experiment& experiment, std::vector<std::size_t>& by) {
  for (const std::string& name : map.texts("by")) {
    const auto parameter = find_parameter(map, "by", name, experiment);
    if (!parameter) continue;
    if (name == "seed") {
      map.diagnostics().error(map.place("by"), "by: seeds are what a slice is averaged over");
    } else if (std::find(by.begin(), by.end(), *parameter) != by.end()) {
      map.diagnostics().error(map.place("by"), fmt::format("by: '{}' is given twice", name));
    } else {
      by.push_back(*parameter);
    }
  }
}

void read_metric(MapReader& map, const Experiment& experiment, Claim& claim) {
  const std::string at = map.text("at").value_or(""), name = map.required_text("metric");
  if (name.empty()) return;
  if (const auto found = find_quantity(map, "metric", name, at, experiment)) claim.metric = *found;
}

// Reserved seeds are judged for the sake of the exploring run, which is where demands are made.
void read_demand(MapReader& map, const Config& config, Claim& claim) {
  const auto demand = map.choice("demand", {"holds", "confirmed"});
  if (demand == "confirmed" && config.confirm_seeds == 0)
    map.diagnostics().error(map.place("demand"),
                            "demand: no seeds are reserved to confirm it: add confirm: {seeds: 32}");
  if (config.source.confirming) return;
  claim.demand_holds = demand == "holds";
  claim.demand_confirmed = demand == "confirmed";
}

// Of everything but a quotation and what the user demands, neither of which decides the verdict.
std::string hash_of(const YAML::Node& node) {
  constexpr std::size_t digits = 16;
  return sha256(canonical_text(node, {"paper", "demand"})).substr(0, digits);
}

Claim parse_claim(MapReader& map, const Config& config) {
  const Experiment& experiment = *config.experiment;
  Claim claim;
  claim.id = map.required_text("id");
  claim.text = map.required_text("text");
  claim.paper = map.text("paper").value_or("");
  claim.experiment = config.experiment;
  claim.sweep = config.sweep;
  if (!map.has("test")) map.required_text("test");
  const Registry<TestKind>& tests = Registry<TestKind>::all();
  const auto name = map.choice("test", tests.names());
  claim.where = read_where(map, "where", experiment);
  read_by(map, experiment, claim.by);
  const std::string interval = map.choice("interval", {"t", "bootstrap"}).value_or("t");
  claim.bootstrap = interval == "bootstrap";
  read_demand(map, config, claim);
  read_metric(map, experiment, claim);
  if (!name) return claim;  // without a test no other key can be told from a wrong one
  claim.test = tests.find(*name);
  ClaimReader reader{map, experiment, claim};
  claim.test->read(reader);
  map.finish();
  return claim;
}

// The experiment's own claims: YAML nodes by id, in order.
std::vector<std::pair<std::string, YAML::Node>> own_claims(const Experiment& experiment, const YamlFile& file,
                                                           Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, YAML::Node>> claims;
  if (experiment.claims.empty()) return claims;
  const YAML::Node list = parse_yaml(file, diagnostics);
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
  const YamlFile file(config.source.file, config.source.text);
  const YamlFile own_file("experiment " + config.experiment->name, config.experiment->claims);
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
    YamlFile from = file;
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
    claims.back().hash = hash_of(node);
    const std::string& id = claims.back().id;
    if (!id.empty() && !ids.insert(id).second) {
      diagnostics.error(place_of(entry, file), fmt::format("claim: the id '{}' is used twice", id));
    }
  }
  return claims;
}

}  // namespace qklab
