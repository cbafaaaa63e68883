#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/nan.hpp"
#include "core/base/sha256.hpp"
#include "core/claims/claim.hpp"
#include "core/claims/method.hpp"
#include "core/claims/test_kind.hpp"
#include "core/strategies/until_decided.hpp"
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

// A test that looks at every number has no number a seed, so that nothing is to be said about seeds.
void read_no_method(ClaimReader& reader) {
  for (const char* key : {"about", "interval", "share"}) {
    if (reader.map.has(key))
      reader.error(key,
                   fmt::format("not with {}, which looks at every single number", reader.claim.test->name));
  }
  reader.claim.method = &default_method(About::median);
}

// What the claim is about, and how its seeds decide it.
void read_method(ClaimReader& reader) {
  auto& [map, experiment, claim] = reader;
  constexpr std::string_view permutation = "permutation";
  const Registry<MethodKind>& methods = Registry<MethodKind>::all();
  const auto said = map.choice("about", {"median", "mean", "share"});
  std::vector<std::string> names = methods.names();
  if (claim.test->shuffled) names.emplace_back(permutation);
  const auto named = map.choice("interval", names);
  const MethodKind* method = named ? methods.find(*named) : nullptr;
  About about = method ? method->about : About::median;
  for (const About each : {About::median, About::mean, About::share})
    if (said == name_of(each)) about = each;
  if (method && method->about != about) {
    reader.error("interval", fmt::format("{} is for claims about the {}, and this one is about the {}",
                                         *named, name_of(method->about), name_of(about)));
  }
  if (method && about == About::share && said != name_of(About::share))
    reader.error("interval", fmt::format("{} is for about: share", *named));
  claim.method = method ? method : &default_method(about);
  claim.permutation = named == permutation;
  if (claim.permutation && !(claim.at_least == 0 || claim.at_most == 0))
    reader.error("interval", "a permutation tests against no order at all: at_least: 0 or at_most: 0");
  const auto share = map.real("share");
  if (said == name_of(About::share)) {
    claim.share = share.value_or(nan);
    if (!(claim.share > 0 && claim.share < 1))
      reader.error("share", "a claim about a share of seeds needs the share, above 0 and below 1");
  } else if (share) {
    reader.error("share", "goes with about: share");
  }
  if (claim.method->needs_range && !claim.metric.metric.empty() &&
      !(claim.test->range && claim.test->range(claim, metric_of(claim.metric, experiment).range))) {
    reader.error(
        map.has("interval") ? "interval" : "about",
        fmt::format(
            "{} needs a number whose range is known, and {} of {} has none; claim the median, or name "
            "interval: bootstrap or t",
            claim.method->name, claim.test->name, claim.metric.metric));
  }
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

// The keys that belong to the test rather than to every claim.
std::vector<std::pair<std::string, std::string>> asked_by(const YAML::Node& node) {
  static const std::set<std::string> common = {"id",       "text",     "paper",  "test",  "metric",
                                               "where",    "by",       "demand", "about", "share",
                                               "interval", "at_least", "at_most"};
  std::vector<std::pair<std::string, std::string>> asked;
  if (!node.IsMap()) return asked;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar() || common.contains(entry.first.Scalar()))
      continue;
    asked.emplace_back(entry.first.Scalar(), entry.second.Scalar());
  }
  return asked;
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
  read_demand(map, config, claim);
  read_metric(map, experiment, claim);
  if (!name) return claim;  // without a test no other key can be told from a wrong one
  claim.test = tests.find(*name);
  ClaimReader reader{map, experiment, claim};
  claim.test->read(reader);
  claim.leaves_lost_out = map.choice("lost", {"against", "left_out"}) == "left_out";
  if (claim.test->judge)
    read_no_method(reader);
  else
    read_method(reader);
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

// One of the two lists of a config.
struct ClaimList {
  const char* name;
  const YAML::Node& node;
  bool checks;
};

class ListReader {
 public:
  ListReader(const Config& config, Diagnostics& diagnostics)
      : config_(config),
        diagnostics_(diagnostics),
        file_(config.source.file, config.source.text),
        own_file_("experiment " + config.experiment->name, config.experiment->claims) {}

  void read(const ClaimList& list, std::vector<Claim>& claims) {
    if (!list.node || list.node.IsNull()) return;
    if (!list.node.IsSequence()) {
      diagnostics_.error(
          place_of(list.node, file_),
          fmt::format("{}: expected a list of maps, or of ids of the experiment's own claims", list.name));
      return;
    }
    if (!own_) own_ = own_claims(*config_.experiment, own_file_, diagnostics_);
    for (const YAML::Node& entry : list.node) {
      const auto [node, from] = definition(list, entry);
      if (!node) continue;
      MapReader map(node, *from, diagnostics_, list.checks ? "check" : "claim");
      claims.push_back(parse_claim(map, config_));
      claims.back().check = list.checks;
      claims.back().hash = hash_of(node);
      claims.back().asked = asked_by(node);
      const std::string& id = claims.back().id;
      if (!id.empty() && !ids_.insert(id).second)
        diagnostics_.error(place_of(entry, file_), fmt::format("claim: the id '{}' is used twice", id));
    }
  }

 private:
  // Where an entry is written out: here, or in the experiment if it is an id. Null after an error.
  std::pair<YAML::Node, const YamlFile*> definition(const ClaimList& list, const YAML::Node& entry) {
    if (!entry.IsScalar()) return {entry, &file_};
    std::vector<std::string> ids;
    for (const auto& [id, node] : *own_) {
      if (id == entry.Scalar()) return {node, &own_file_};
      ids.push_back(id);
    }
    diagnostics_.error(place_of(entry, file_), fmt::format("{}: {} has no claim '{}' of its own{}", list.name,
                                                           config_.experiment->name, entry.Scalar(),
                                                           did_you_mean(entry.Scalar(), ids)));
    return {YAML::Node(YAML::NodeType::Undefined), nullptr};
  }

  const Config& config_;
  Diagnostics& diagnostics_;
  YamlFile file_, own_file_;
  std::optional<std::vector<std::pair<std::string, YAML::Node>>> own_;
  std::set<std::string> ids_;
};

// Lets the sweep's strategy judge the claims that it waits for. Every claim of the config then rests on a number of
// seeds that depends on what was seen, so each counts the looks.
void bind(const UntilDecided& until, std::vector<Claim>& claims, Diagnostics& diagnostics) {
  std::vector<std::string> ids;
  for (Claim& claim : claims) {
    claim.looks = static_cast<double>(until.looks());
    ids.push_back(claim.id);
  }
  std::vector<Claim> awaited;
  for (const std::string& id : until.claims) {
    const auto found = std::ranges::find(ids, id);
    if (found == ids.end())
      diagnostics.error(until.place,
                        fmt::format("until: claims: no claim '{}'{}", id, did_you_mean(id, ids)));
    else
      awaited.push_back(claims[static_cast<std::size_t>(found - ids.begin())]);
  }
  *until.undecided = [awaited](const Sweep& sweep, const Results& results) {
    std::vector<Claim> now = awaited;
    for (Claim& claim : now) claim.sweep = sweep;
    std::vector<std::string> open;
    for (const Verdict& verdict : judge(now, results)) {
      if (std::ranges::count(verdict.slices, Outcome::undecided, &SliceVerdict::outcome) > 0)
        open.push_back(verdict.id);
    }
    return open;
  };
}

}  // namespace

std::vector<Claim> parse_claims(const Config& config, Diagnostics& diagnostics) {
  std::vector<Claim> claims;
  ListReader reader(config, diagnostics);
  reader.read({"claims", config.claims, false}, claims);
  reader.read({"checks", config.checks, true}, claims);
  if (const UntilDecided* until = until_decided(config.sweep)) bind(*until, claims, diagnostics);
  return claims;
}

KeyForms claim_keys(const TestKind& test, const Experiment& experiment) {
  YAML::Node node;
  node["test"] = test.name;
  Config config;
  config.experiment = &experiment;
  Diagnostics ignored;
  MapReader map(node, YamlFile("", ""), ignored, "claim");
  parse_claim(map, config);
  return map.known();
}

}  // namespace qklab
