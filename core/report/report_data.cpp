#include "core/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/claims/claims_json.hpp"
#include "core/figures/figure_csv.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/labels.hpp"
#include "core/report/main_effects.hpp"
#include "core/report/trials_json.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* share_lost = "(failed, diverged or pruned)";  // no scalar is called so

// [f(0),f(1),...]
template <class F> Json list(std::size_t n, const F& item) {
  Json items = Json::array();
  for (std::size_t i = 0; i < n; ++i) items.push_back(item(i));
  return items;
}

// --- What matters.

Json effects_of(const std::string& metric, const std::vector<MainEffect>& effects, const Schema& schema) {
  const auto effect = [&](std::size_t i) -> Json {
    const MainEffect& e = effects[i];
    return {{"parameter", schema[e.parameter].name},
            {"share", json_number(e.share)},
            {"chance", json_number(e.chance)},
            {"levels", e.levels},
            {"binned", e.binned}};
  };
  return {{"metric", metric}, {"effects", list(effects.size(), effect)}};
}

Json effects_json(const Results& results) {
  const Experiment& experiment = *results.experiment;
  Json all = Json::array();
  const auto add = [&](const std::string& metric, const std::vector<MainEffect>& effects) {
    if (!effects.empty()) all.push_back(effects_of(metric, effects, experiment.parameters));
  };
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot)
    add(experiment.scalars[slot].name, main_effects(results, slot));
  add(share_lost, effects_on_loss(results));
  return all;
}

// --- Verdicts, as in claims.json, and what else a reader needs to know of a claim.

Json claims_of(const Json& verdicts, const std::vector<Claim>& claims) {
  Json all = verdicts["claims"];
  for (std::size_t i = 0; i < claims.size(); ++i) {
    all[i]["at"] = claims[i].metric.at;
    Json asked = Json::array();
    for (const auto& [key, value] : claims[i].asked) asked.push_back({key, value});
    all[i]["asked"] = asked;
  }
  return all;
}

// --- The config.

Json parameter_row(const Results& results, std::size_t i) {
  constexpr std::size_t most = 12;  // listed
  const Parameter& parameter = results.experiment->parameters[i];
  std::map<Value, bool> values;
  bool changed = false;
  for (const TrialRecord& trial : results.trials) {
    const Value& value = trial.params[i];
    values.emplace(value, true);
    changed |= parameter.derive ? value != parameter.derive(trial.params) : value != parameter.fallback;
  }
  std::vector<Value> first;
  for (const auto& [value, unused] : values)
    if (first.size() < most) first.push_back(value);
  const ShortTexts texts(first, ShortTexts::Style::plain);
  std::string listed;
  for (const Value& value : first) listed += (listed.empty() ? "" : ", ") + texts.of(value);
  if (values.size() > most) listed += fmt::format(", ... ({} values)", values.size());
  return {{"name", parameter.name},
          {"values", listed},
          {"default", parameter.default_text()},
          {"changed", changed},
          {"doc", parameter.doc}};
}

Json config_json(const Config& config, const Results& results) {
  const ConfigSource& source = config.source;
  const auto parameter = [&](std::size_t i) { return parameter_row(results, i); };
  return {{"file", source.file},
          {"preset", source.preset},
          {"overrides", source.overrides},
          {"text", source.text},
          {"parameters", list(config.experiment->parameters.size(), parameter)}};
}

// How many trials of the sweep have not run.
std::size_t not_run(const Config& config, const Results& results) {
  const std::size_t all = config.sweep.ids().size();
  return all - std::min(all, results.trials.size());
}

// With the files that the page offers to save: those that lie in figures/ of a run directory.
Json figure_with_files(const Figure& figure, const Results& results,
                       const std::map<std::string, std::string>& pictures) {
  Json json = figure_json(figure, results);
  if (json.contains("error")) return json;
  Json files = Json::object();
  const auto add = [&](const char* kind, const std::string& text) {
    if (text.size() <= longest_file) files[kind] = text;
  };
  if (const auto found = pictures.find(figure.name); found != pictures.end()) add("svg", found->second);
  add("csv", figure_csv(figure, results));
  json["files"] = std::move(files);
  return json;
}

Json provenance_json(const Provenance& provenance) {
  Json json = Json::object();
  for (const auto& [name, value] : provenance) json[name] = value;
  return json;
}

}  // namespace

std::string report_data_json(const Config& config, const std::vector<Figure>& figures,
                             const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                             const Results& results, const Provenance& provenance,
                             const std::map<std::string, std::string>& pictures) {
  const Json verdict = Json::parse(claims_json(config, claims, verdicts));
  Json document = {{"name", config.name},
                   {"experiment", config.experiment->name},
                   {"version", config.experiment->version},
                   {"doc", config.experiment->doc},
                   {"trial_count", results.trials.size()},
                   {"not_run", not_run(config, results)},
                   {"lost", lost_groups_json(results, most_trials_in_report)},
                   {"statuses", {"", "done", "failed", "diverged", "pruned"}}};
  document.update(palette_json());
  document["level"] = level;
  document["correction"] = verdict["correction"];
  document["claims"] = claims_of(verdict, claims);
  document["figures"] =
      list(figures.size(), [&](std::size_t i) { return figure_with_files(figures[i], results, pictures); });
  document["effects"] = effects_json(results);
  document["config"] = config_json(config, results);
  document["provenance"] = provenance_json(provenance);
  document["trials"] = trials_json(results, most_trials_in_report);
  document["series"] = series_json(results, most_series_numbers);
  // Bytes that are no UTF-8 are replaced rather than refused.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qklab
