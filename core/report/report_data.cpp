#include "core/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/chart/color.hpp"
#include "core/claims/claims_json.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/labels.hpp"
#include "core/report/main_effects.hpp"
#include "core/text/json_number.hpp"

namespace qklab {
namespace {

// [f(0),f(1),...]
template <class F> std::string list(std::size_t n, const F& item) {
  std::string text = "[";
  for (std::size_t i = 0; i < n; ++i) {
    if (i) text += ',';
    text += item(i);
  }
  return text + ']';
}

// --- Trials, a column a parameter and a scalar.

std::string parameter_column(const Results& results, std::size_t i, std::size_t count) {
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
  const bool text = parameter.type == Type::text || parameter.type == Type::boolean;
  std::string column =
      fmt::format("{{\"name\":{},\"doc\":{},\"unit\":{},\"text\":{},\"values\":{}", json_text(parameter.name),
                  json_text(parameter.doc), json_text(parameter.unit), text,
                  list(values.size(), [&](std::size_t k) { return json_value(*values[k]); }));
  if (values.size() > 1) {
    column += ",\"codes\":" + list(rows.size(), [&](std::size_t k) { return std::to_string(rows[k]); });
  }
  return column + '}';
}

std::string trials_json(const Results& results) {
  const Experiment& experiment = *results.experiment;
  const std::size_t count = std::min(results.trials.size(), most_trials_in_report);
  std::string ids, status;
  for (std::size_t k = 0; k < count; ++k) {
    ids += trial_name(results.trials[k].id);
    if (k) status += ',';
    status += std::to_string(static_cast<int>(results.trials[k].status));
  }
  const auto scalar = [&](std::size_t i) {
    const Metric& metric = experiment.scalars[i];
    std::vector<double> values;
    for (std::size_t k = 0; k < count; ++k) values.push_back(results.trials[k].scalars[i]);
    return fmt::format("{{\"name\":{},\"doc\":{},\"unit\":{},\"values\":{}}}", json_text(metric.name),
                       json_text(metric.doc), json_text(metric.unit), json_numbers(values));
  };
  return fmt::format(
      "{{\"count\":{},\"ids\":\"{}\",\"status\":[{}],\"parameters\":{},\"scalars\":{}}}", count, ids, status,
      list(experiment.parameters.size(), [&](std::size_t i) { return parameter_column(results, i, count); }),
      list(experiment.scalars.size(), scalar));
}

// --- What matters.

std::string effects_json(const Results& results) {
  const Experiment& experiment = *results.experiment;
  std::string text;
  for (std::size_t slot = 0; slot < experiment.scalars.size(); ++slot) {
    const std::vector<MainEffect> effects = main_effects(results, slot);
    if (effects.empty()) continue;
    const auto effect = [&](std::size_t i) {
      const MainEffect& e = effects[i];
      return fmt::format("{{\"parameter\":{},\"share\":{},\"chance\":{},\"levels\":{},\"binned\":{}}}",
                         json_text(experiment.parameters[e.parameter].name), json_number(e.share),
                         json_number(e.chance), e.levels, e.binned);
    };
    text += fmt::format("{}{{\"metric\":{},\"effects\":{}}}", text.empty() ? "" : ",",
                        json_text(experiment.scalars[slot].name), list(effects.size(), effect));
  }
  return '[' + text + ']';
}

// --- The config.

std::string parameter_row(const Results& results, std::size_t i) {
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
  return fmt::format("{{\"name\":{},\"values\":{},\"default\":{},\"changed\":{},\"doc\":{}}}",
                     json_text(parameter.name), json_text(listed), json_text(parameter.default_text()),
                     changed, json_text(parameter.doc));
}

std::string config_json(const Config& config, const Results& results) {
  const ConfigSource& source = config.source;
  return fmt::format(
      "{{\"file\":{},\"preset\":{},\"overrides\":{},\"text\":{},\"parameters\":{}}}", json_text(source.file),
      json_text(source.preset),
      list(source.overrides.size(), [&](std::size_t i) { return json_text(source.overrides[i]); }),
      json_text(source.text),
      list(config.experiment->parameters.size(), [&](std::size_t i) { return parameter_row(results, i); }));
}

std::size_t count(const Results& results, Status status) {
  return static_cast<std::size_t>(std::count_if(results.trials.begin(), results.trials.end(),
                                                [&](const TrialRecord& t) { return t.status == status; }));
}

std::string provenance_json(const Provenance& provenance) {
  std::string text;
  for (const auto& [name, value] : provenance)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", json_text(name), json_text(value));
  return '{' + text + '}';
}

}  // namespace

std::string report_data_json(const Config& config, const std::vector<Figure>& figures,
                             const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                             const Results& results, const Provenance& provenance) {
  constexpr std::size_t shades = 64, categories = 7;
  const auto document = nlohmann::ordered_json::parse(claims_json(config, claims, verdicts));
  std::string text = fmt::format(
      "{{\"name\":{},\"experiment\":{},\"version\":{},\"doc\":{},\"trial_count\":{},\"failed\":{},"
      "\"diverged\":{}",
      json_text(config.name), json_text(config.experiment->name), config.experiment->version,
      json_text(config.experiment->doc), results.trials.size(), count(results, Status::failed),
      count(results, Status::diverged));
  text += R"(,"statuses":["","done","failed","diverged","pruned"])";
  text += ",\"viridis\":" + list(shades, [](std::size_t k) {
            return json_text(viridis((static_cast<double>(k) + 0.5) / shades).hex());
          });
  text +=
      ",\"categories\":" + list(categories, [](std::size_t k) { return json_text(categorical(k).hex()); });
  text += fmt::format(",\"level\":{},\"correction\":{},\"claims\":{}", level, document["correction"].dump(),
                      document["claims"].dump());
  text +=
      ",\"figures\":" + list(figures.size(), [&](std::size_t i) { return figure_json(figures[i], results); });
  text += ",\"effects\":" + effects_json(results);
  text += ",\"config\":" + config_json(config, results);
  text += ",\"provenance\":" + provenance_json(provenance);
  text += ",\"trials\":" + trials_json(results);
  return text + '}';
}

}  // namespace qklab
