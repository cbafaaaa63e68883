#include "core/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/claims/claims_json.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/labels.hpp"
#include "core/report/main_effects.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

// [f(0),f(1),...]
template <class F> Json list(std::size_t n, const F& item) {
  Json items = Json::array();
  for (std::size_t i = 0; i < n; ++i) items.push_back(item(i));
  return items;
}

// --- Trials, a column a parameter and a scalar.

Json parameter_column(const Results& results, std::size_t i, std::size_t count) {
  const Parameter& parameter = results.experiment->parameters[i];
  std::map<Value, std::size_t> codes;
  std::vector<const Value*> values;
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < count; ++k) {
    const Value& value = results.trials[k].params[i];
    const auto [place, is_new] = codes.try_emplace(value, values.size());
    if (is_new) values.push_back(&place->first);
    rows.push_back(place->second);
  }
  Json column = {{"name", parameter.name},
                 {"doc", parameter.doc},
                 {"unit", parameter.unit},
                 {"text", parameter.type == Type::text || parameter.type == Type::boolean},
                 {"values", list(values.size(), [&](std::size_t k) { return json_value(*values[k]); })}};
  if (values.size() > 1) column["codes"] = rows;
  return column;
}

Json trials_json(const Results& results) {
  const Experiment& experiment = *results.experiment;
  const std::size_t count = std::min(results.trials.size(), most_trials_in_report);
  std::string ids;
  for (std::size_t k = 0; k < count; ++k) ids += trial_name(results.trials[k].id);
  const auto scalar = [&](std::size_t i) -> Json {
    const Metric& metric = experiment.scalars[i];
    std::vector<double> values;
    for (std::size_t k = 0; k < count; ++k) values.push_back(results.trials[k].scalars[i]);
    return {
        {"name", metric.name}, {"doc", metric.doc}, {"unit", metric.unit}, {"values", json_numbers(values)}};
  };
  const auto parameter = [&](std::size_t i) { return parameter_column(results, i, count); };
  const auto status = [&](std::size_t k) { return static_cast<int>(results.trials[k].status); };
  return {{"count", count},
          {"ids", ids},
          {"status", list(count, status)},
          {"parameters", list(experiment.parameters.size(), parameter)},
          {"scalars", list(experiment.scalars.size(), scalar)}};
}

// --- What matters.

Json effects_json(const Results& results) {
  const Experiment& experiment = *results.experiment;
  Json all = Json::array();
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot) {
    const std::vector<MainEffect> effects = main_effects(results, slot);
    if (effects.empty()) continue;
    const auto effect = [&](std::size_t i) -> Json {
      const MainEffect& e = effects[i];
      return {{"parameter", experiment.parameters[e.parameter].name},
              {"share", json_number(e.share)},
              {"chance", json_number(e.chance)},
              {"levels", e.levels},
              {"binned", e.binned}};
    };
    all.push_back({{"metric", experiment.scalars[slot].name}, {"effects", list(effects.size(), effect)}});
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

std::size_t count(const Results& results, Status status) {
  return static_cast<std::size_t>(std::count_if(results.trials.begin(), results.trials.end(),
                                                [&](const TrialRecord& t) { return t.status == status; }));
}

Json provenance_json(const Provenance& provenance) {
  Json json = Json::object();
  for (const auto& [name, value] : provenance) json[name] = value;
  return json;
}

}  // namespace

std::string report_data_json(const Config& config, const std::vector<Figure>& figures,
                             const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                             const Results& results, const Provenance& provenance) {
  const Json verdict = Json::parse(claims_json(config, claims, verdicts));
  Json document = {{"name", config.name},
                   {"experiment", config.experiment->name},
                   {"version", config.experiment->version},
                   {"doc", config.experiment->doc},
                   {"trial_count", results.trials.size()},
                   {"failed", count(results, Status::failed)},
                   {"diverged", count(results, Status::diverged)},
                   {"statuses", {"", "done", "failed", "diverged", "pruned"}}};
  document.update(palette_json());
  document["level"] = level;
  document["correction"] = verdict["correction"];
  document["claims"] = verdict["claims"];
  document["figures"] = list(figures.size(), [&](std::size_t i) { return figure_json(figures[i], results); });
  document["effects"] = effects_json(results);
  document["config"] = config_json(config, results);
  document["provenance"] = provenance_json(provenance);
  document["trials"] = trials_json(results);
  // Bytes that are no UTF-8 are replaced rather than refused.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qklab
