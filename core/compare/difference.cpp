#include "core/compare/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/value.hpp"
#include "core/figures/labels.hpp"

namespace qklab {

namespace {

using nlohmann::json;

constexpr std::size_t values_shown = 8;

// The values of a parameter in order of appearance.
std::vector<std::string> values_of(const TrialsByName& run, const std::string& parameter) {
  std::vector<std::string> values;
  std::set<std::string> seen;
  for (const NamedTrial& trial : run.trials) {
    const auto found = trial.params.find(parameter);
    if (found != trial.params.end() && seen.insert(found->second).second) values.push_back(found->second);
  }
  return values;
}

Value value_of(const std::string& text) {
  if (const auto whole = parse_integer(text)) return *whole;
  if (const auto real = parse_real(text)) return *real;
  return text;
}

// Short texts for all values of a parameter in both runs.
ShortTexts texts_of(const TrialsByName& a, const TrialsByName& b, const std::string& parameter) {
  std::vector<Value> values;
  for (const TrialsByName* run : {&a, &b})
    for (const std::string& text : values_of(*run, parameter)) values.push_back(value_of(text));
  return {values, ShortTexts::Style::plain};
}

std::string listed(const std::vector<std::string>& values, const ShortTexts& texts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), values_shown); ++i)
    text += (i ? ", " : "") + texts.of(value_of(values[i]));
  if (values.size() > values_shown) text += fmt::format(", ... ({} values)", values.size());
  return text;
}

std::set<std::string> parameters_of(const TrialsByName& run) {
  std::set<std::string> names;
  for (const NamedTrial& trial : run.trials)
    for (const auto& [name, value] : trial.params) names.insert(name);
  return names;
}

std::string changed(const std::string& what, const std::string& a, const std::string& b) {
  return fmt::format("{}: {} -> {}", what, a.empty() ? "(none)" : a, b.empty() ? "(none)" : b);
}

// Scalars by seed, by point, by metric.
using BySeed = std::map<std::string, double>;
using ByPoint = std::map<std::string, BySeed>;

// A point is named by the values of `parameters`, in texts that distinguish them.
std::map<std::string, ByPoint> arrange(const TrialsByName& run,
                                       const std::map<std::string, ShortTexts>& parameters) {
  std::map<std::string, ByPoint> metrics;
  for (const NamedTrial& trial : run.trials) {
    std::string point;
    for (const auto& [name, texts] : parameters) {
      const auto value = trial.params.find(name);
      point += fmt::format("{}{}={}", point.empty() ? "" : " ", name,
                           value == trial.params.end() ? "" : texts.of(value_of(value->second)));
    }
    const auto seed = trial.params.find("seed");
    for (const auto& [metric, value] : trial.scalars)
      metrics[metric][point].emplace(seed == trial.params.end() ? "" : seed->second, value);
  }
  return metrics;
}

std::vector<double> values(const BySeed& seeds) {
  std::vector<double> out;
  for (const auto& [seed, value] : seeds) out.push_back(value);
  return out;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Adds a point to a mean over points with independent errors.
void add_point(ScalarDifference& out, const std::string& point, const BySeed& a, const BySeed& b,
               double& variance, double& welch) {
  std::vector<double> differences;
  for (const auto& [seed, value] : a) {
    const auto other = b.find(seed);
    if (other == b.end()) continue;
    differences.push_back(other->second - value);
    out.equal = out.equal && same_bits(value, other->second);
  }
  const bool paired = differences.size() == a.size() && a.size() == b.size();
  const Estimate estimate = paired ? estimate_mean(differences) : estimate_difference(values(b), values(a));
  out.paired = out.paired && paired;
  out.equal = out.equal && paired;
  out.points += 1;
  out.trials += std::min(a.size(), b.size());
  out.mean_a += mean(values(a));
  out.mean_b += mean(values(b));
  out.difference.value += estimate.value;
  const double square = estimate.standard_error * estimate.standard_error;
  variance += square;
  if (square > 0) welch += square * square / estimate.dof;
  if (out.largest_at.empty() || std::abs(estimate.value) > std::abs(out.largest)) {
    out.largest = estimate.value;
    out.largest_at = point;
  }
}

}  // namespace

std::vector<std::string> config_differences(const TrialsByName& a, const TrialsByName& b) {
  std::vector<std::string> lines;
  const auto compare = [&](const std::string& what, const std::string& in_a, const std::string& in_b) {
    if (in_a != in_b) lines.push_back(changed(what, in_a, in_b));
  };
  compare("experiment", a.experiment, b.experiment);
  compare("version of the experiment", a.version, b.version);
  compare("preset", a.source.preset, b.source.preset);
  compare("overrides", fmt::format("{}", fmt::join(a.source.overrides, " ")),
          fmt::format("{}", fmt::join(b.source.overrides, " ")));
  std::set<std::string> names = parameters_of(a);
  names.merge(parameters_of(b));
  for (const std::string& name : names) {
    const auto in_a = values_of(a, name), in_b = values_of(b, name);
    if (std::set(in_a.begin(), in_a.end()) == std::set(in_b.begin(), in_b.end())) continue;
    const ShortTexts texts = texts_of(a, b, name);
    lines.push_back(changed(name, listed(in_a, texts), listed(in_b, texts)));
  }
  if (a.source.text != b.source.text) lines.emplace_back("the texts of the configs differ");
  return lines;
}

std::vector<ScalarDifference> scalar_differences(const TrialsByName& a, const TrialsByName& b) {
  const std::set<std::string> in_a = parameters_of(a), in_b = parameters_of(b);
  std::map<std::string, ShortTexts> common;
  for (const std::string& name : in_a) {
    if (name == "seed" || !in_b.count(name)) continue;
    // A parameter with one value in each run does not distinguish points. If these two values differ, they
    // are what is compared.
    if (values_of(a, name).size() > 1 || values_of(b, name).size() > 1)
      common.emplace(name, texts_of(a, b, name));
  }
  const auto metrics_a = arrange(a, common), metrics_b = arrange(b, common);
  std::vector<ScalarDifference> out;
  for (const auto& [metric, points] : metrics_a) {
    const auto other = metrics_b.find(metric);
    if (other == metrics_b.end()) continue;
    ScalarDifference difference;
    difference.metric = metric;
    difference.equal = difference.paired = true;
    double variance = 0, welch = 0;
    for (const auto& [point, seeds] : points) {
      const auto there = other->second.find(point);
      if (there != other->second.end()) add_point(difference, point, seeds, there->second, variance, welch);
    }
    if (difference.points == 0) continue;
    const auto n = static_cast<double>(difference.points);
    difference.mean_a /= n;
    difference.mean_b /= n;
    difference.difference.value /= n;
    difference.difference.standard_error = std::sqrt(variance) / n;
    difference.difference.dof = welch > 0 ? variance * variance / welch : 1;
    out.push_back(std::move(difference));
  }
  return out;
}

std::vector<std::string> claim_differences(const std::string& a, const std::string& b) {
  const auto verdicts = [](const std::string& text) {
    std::map<std::string, json> claims;
    if (text.empty()) return claims;
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.contains("claims")) throw Error("claims.json cannot be read");
    for (const json& claim : document["claims"]) claims[claim.at("id").get<std::string>()] = claim;
    return claims;
  };
  const auto place = [](const json& at) {
    std::string text;
    for (const auto& [name, value] : at.items())
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", name,
                          value.is_string() ? value.get<std::string>() : value.dump());
    return text;
  };
  const auto slices = [&](const json& claim) {
    std::map<std::string, std::string> out;
    for (const json& slice : claim.at("slices"))
      out[place(slice.at("at"))] = slice.at("verdict").get<std::string>();
    return out;
  };
  const auto in_a = verdicts(a), in_b = verdicts(b);
  std::vector<std::string> lines;
  for (const auto& [id, claim] : in_a) {
    const auto other = in_b.find(id);
    if (other == in_b.end()) {
      lines.push_back(fmt::format("{}: only in the first ({})", id, claim.at("verdict").get<std::string>()));
      continue;
    }
    const auto before = claim.at("verdict").get<std::string>();
    const auto after = other->second.at("verdict").get<std::string>();
    if (before != after) lines.push_back(changed(id, before, after));
    const auto slices_b = slices(other->second);
    for (const auto& [at, verdict] : slices(claim)) {
      const auto slice = slices_b.find(at);
      if (!at.empty() && slice != slices_b.end() && slice->second != verdict)
        lines.push_back(changed(fmt::format("{} at {}", id, at), verdict, slice->second));
    }
  }
  for (const auto& [id, claim] : in_b)
    if (!in_a.count(id))
      lines.push_back(fmt::format("{}: only in the second ({})", id, claim.at("verdict").get<std::string>()));
  return lines;
}

}  // namespace qklab
