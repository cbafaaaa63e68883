#include "core/figures/figure_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/figures/curve_page.hpp"
#include "core/figures/labels.hpp"
#include "core/figures/lost.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

Json shade_json(const Curve& curve, const Shade& shade) {
  if (curve.key.empty()) return nullptr;
  return shade.along ? Json{{"t", json_number(*shade.along)}} : Json{{"category", shade.category}};
}

// Of each point; null where they are those of the point before.
Json trials_of_points(const FigureData& data, const Curve& curve) {
  Json list = Json::array();
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const bool same = i > 0 && curve.points[i].trials == curve.points[i - 1].trials;
    list.push_back(same ? Json() : trials_json(data, curve.points[i].trials));
  }
  return list;
}

// Where trials of the panel were left out. A curve of which none is done has a colour all the same.
Json lost_json(const FigureData& data, const Panel& panel, const CurvePage& page) {
  Json list = Json::array();
  for (const Lost& lost : data.lost) {
    if (!lost.x || !is_lost_in(lost, panel)) continue;
    const Curve curve{lost.curve, {}};
    list.push_back({{"x", page.x.position(*lost.x)},
                    {"shade", shade_json(curve, page.shade(curve))},
                    {"count", lost.count()}});
    if (data.first) list.back()["trials"] = trials_json(data, lost.trials);
  }
  return list;
}

// Where means are infinite.
Json infinite_json(const Panel& panel, const CurvePage& page) {
  Json list = Json::array();
  for (const Curve& curve : panel.curves)
    for (const Point& p : curve.points)
      if (std::isinf(p.mean))
        list.push_back({{"x", page.x.position(p.x)},
                        {"shade", shade_json(curve, page.shade(curve))},
                        {"up", p.mean > 0}});
  return list;
}

Json curve_json(const Figure& figure, const Experiment& experiment, const CurvePage& page,
                const FigureData& data, const Curve& curve, const ShortTexts& texts, bool baselines) {
  std::vector<double> x, mean, low, high, theory, baseline;
  Json seeds = Json::array();
  for (const Point& p : curve.points) {
    x.push_back(page.x.position(p.x));
    mean.push_back(p.mean);
    low.push_back(p.low);
    high.push_back(p.high);
    theory.push_back(p.theory);
    baseline.push_back(p.baseline);
    seeds.push_back(p.seeds);
  }
  const bool named = !curve.key.empty();
  const Json name = figure.curve_name.empty() ? parameter_json(figure.curve_parameter, experiment)
                                              : Json(figure.curve_name);
  Json json = {{"name", named ? name : Json()},
               {"value", named ? json_value(curve.key[0]) : Json()},
               {"label", named ? texts.of(curve.key[0]) : ""},
               {"shade", shade_json(curve, page.shade(curve))},
               {"x", json_numbers(x)},
               {"mean", json_numbers(mean)},
               {"low", json_numbers(low)},
               {"high", json_numbers(high)}};
  if (figure.theory) json["theory"] = json_numbers(theory);
  if (baselines) json["baseline"] = json_numbers(baseline);
  json["seeds"] = seeds;
  if (data.first) json["trials"] = trials_of_points(data, curve);
  return json;
}

}  // namespace

Json parameter_json(const std::optional<std::size_t>& parameter, const Experiment& experiment) {
  return parameter ? Json(experiment.parameters[*parameter].name) : Json();
}

Json trials_json(const FigureData& data, const Trials& trials) {
  if (!data.first) return nullptr;
  std::vector<std::ptrdiff_t> places;
  for (const TrialRecord* trial : trials) places.push_back(trial - data.first);
  std::sort(places.begin(), places.end());
  std::vector<std::ptrdiff_t> runs;
  for (const std::ptrdiff_t place : places) {
    if (!runs.empty() && place == runs[runs.size() - 2] + runs.back())
      ++runs.back();
    else
      runs.insert(runs.end(), {place, 1});
  }
  return runs;
}

Json panel_json(const Figure& figure, const Experiment& experiment, const Panel& panel) {
  Json facets = Json::array();
  for (std::size_t i = 0; i < panel.key.size(); ++i)
    facets.push_back({{"name", parameter_json(figure.facet_parameters[i], experiment)},
                      {"value", json_value(panel.key[i])}});
  const std::string between = panel.row.empty() || panel.title.empty() ? "" : ", ";
  return {{"title", panel.title + between + panel.row}, {"facets", facets}};
}

Json curves_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const CurvePage page = curve_page(figure, experiment, data, true);
  const ShortTexts texts = curve_texts(data);
  const bool baselines = has_baseline(data);
  Json panels = Json::array();
  for (const Panel& panel : data.panels) {
    Json curves = Json::array();
    for (const Curve& curve : panel.curves)
      curves.push_back(curve_json(figure, experiment, page, data, curve, texts, baselines));
    panels.push_back(panel_json(figure, experiment, panel));
    panels.back()["curves"] = curves;
    const Json lost = lost_json(data, panel, page);
    if (!lost.empty()) panels.back()["lost"] = lost;
    const Json infinite = infinite_json(panel, page);
    if (!infinite.empty()) panels.back()["infinite"] = infinite;
  }
  const bool along_index = !figure.x_parameter && figure.value.series;
  Json json = {{"theory", figure.theory.has_value()}};
  // Between which the numbers lie by definition: no interval reaches beyond.
  if (const auto bounds = range_of(figure, experiment))
    json["bounds"] = {json_in_full(bounds->low), json_in_full(bounds->high)};
  if (baselines) json["baseline"] = figure.baseline_label;
  if (!page.x.numeric) json["xnames"] = names_of(page.x);
  json["index"] = along_index ? Json(metric_of(figure.value, experiment).index) : Json();
  json["panels"] = panels;
  return json;
}

Json palette_json() {
  constexpr std::size_t shades = 64;
  Json dark_to_bright = Json::array(), different = Json::array(), diverging = Json::array();
  for (std::size_t k = 0; k < shades; ++k) {
    const double middle = (static_cast<double>(k) + 0.5) / shades;
    dark_to_bright.push_back(viridis(middle).hex());
    diverging.push_back(blue_to_red(middle).hex());
  }
  for (std::size_t k = 0; k < categories; ++k) different.push_back(categorical(k).hex());
  return {{"viridis", dark_to_bright}, {"diverging", diverging}, {"categories", different}};
}

Json figure_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  Json json = {{"name", figure.name},
               {"title", figure.title},
               {"caption", figure.caption},
               {"plot", figure.plot->name},
               {"xlabel", figure.xlabel},
               {"ylabel", figure.ylabel},
               {"colorlabel", figure.colorlabel},
               {"log", {{"x", figure.log_x}, {"y", figure.log_y}}},
               {"free", {{"x", figure.free_x}, {"y", figure.free_y}}},
               {"columns", columns_of(figure, data)},
               {"where", figure.where ? figure.where->text() : ""},
               {"xparameter", parameter_json(figure.x_parameter, experiment)}};
  Json metrics = Json::array({figure.value.metric});
  for (const Quantity& value : figure.values)
    if (value.metric != figure.value.metric) metrics.push_back(value.metric);
  for (const Panel& panel : data.panels)
    if (!panel.metric.empty() && panel.metric != figure.value.metric) metrics.push_back(panel.metric);
  json["metrics"] = metrics;
  for (const Threshold& threshold : figure.thresholds)
    json["thresholds"].push_back({{"value", json_in_full(threshold.value)}, {"label", threshold.label}});
  for (const Threshold& limit : figure.limits)
    json["limits"].push_back({{"value", json_in_full(limit.value)}, {"label", limit.label}});
  for (const auto& [key, text] : figure.written) json["written"][key] = text;
  const std::string beyond = unshown_text(unshown(data, value_is_log(figure)));
  if (!beyond.empty()) json["unshown"] = beyond;
  const std::string left_out = left_out_text(data);
  if (!left_out.empty()) {
    Trials trials;
    for (const Lost& lost : data.lost) trials.insert(trials.end(), lost.trials.begin(), lost.trials.end());
    json["left_out"] = {{"text", left_out}, {"trials", trials_json(data, trials)}};
  }
  json.update(figure.plot->json(figure, experiment, data));
  return json;
}

Json figure_json(const Figure& figure, const Results& results) {
  try {
    FigureData data = figure_data(figure, results);
    data.first = results.trials.data();
    return figure_json(figure, *results.experiment, data);
  } catch (const Error& error) {
    return {{"name", figure.name}, {"title", figure.title}, {"error", error.what()}};
  }
}

}  // namespace qklab
