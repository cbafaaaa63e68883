#include "core/figures/figure_json.hpp"

#include <nlohmann/json.hpp>

#include "core/figures/curve_page.hpp"
#include "core/figures/labels.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

Json shade_json(const Curve& curve, const Shade& shade) {
  if (curve.key.empty()) return nullptr;
  return shade.along ? Json{{"t", json_number(*shade.along)}} : Json{{"category", shade.category}};
}

Json curve_json(const Figure& figure, const Experiment& experiment, const CurvePage& page, const Curve& curve,
                const ShortTexts& texts, bool baselines) {
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
  Json json = {{"name", named ? parameter_json(figure.curve_parameter, experiment) : Json()},
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
  return json;
}

}  // namespace

Json parameter_json(const std::optional<std::size_t>& parameter, const Experiment& experiment) {
  return parameter ? Json(experiment.parameters[*parameter].name) : Json();
}

Json panel_json(const Figure& figure, const Experiment& experiment, const Panel& panel) {
  Json facet;
  if (!panel.key.empty()) {
    facet = {{"name", parameter_json(figure.facet_parameter, experiment)},
             {"value", json_value(panel.key[0])}};
  }
  return {{"title", panel.title}, {"facet", facet}};
}

Json curves_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  const CurvePage page = curve_page(figure, experiment, data, true);
  const ShortTexts texts = curve_texts(data);
  const bool baselines = has_baseline(data);
  Json panels = Json::array();
  for (const Panel& panel : data.panels) {
    Json curves = Json::array();
    for (const Curve& curve : panel.curves)
      curves.push_back(curve_json(figure, experiment, page, curve, texts, baselines));
    panels.push_back(panel_json(figure, experiment, panel));
    panels.back()["curves"] = curves;
  }
  const bool along_index = !figure.x_parameter && figure.value.series;
  Json json = {{"theory", figure.theory.has_value()}};
  if (baselines) json["baseline"] = figure.baseline_label;
  if (!page.x.numeric) json["xnames"] = names_of(page.x);
  json["index"] = along_index ? Json(metric_of(figure.value, experiment).index) : Json();
  json["panels"] = panels;
  return json;
}

Json palette_json() {
  constexpr std::size_t shades = 64, categories = 7;
  Json dark_to_bright = Json::array(), different = Json::array();
  for (std::size_t k = 0; k < shades; ++k)
    dark_to_bright.push_back(viridis((static_cast<double>(k) + 0.5) / shades).hex());
  for (std::size_t k = 0; k < categories; ++k) different.push_back(categorical(k).hex());
  return {{"viridis", dark_to_bright}, {"categories", different}};
}

Json figure_json(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  Json json = {{"name", figure.name},
               {"title", figure.title},
               {"plot", figure.plot->name},
               {"xlabel", figure.xlabel},
               {"ylabel", figure.ylabel},
               {"colorlabel", figure.colorlabel},
               {"log", {{"x", figure.log_x}, {"y", figure.log_y}}},
               {"columns", figure.columns},
               {"xparameter", parameter_json(figure.x_parameter, experiment)}};
  json.update(figure.plot->json(figure, experiment, data));
  return json;
}

Json figure_json(const Figure& figure, const Results& results) {
  try {
    return figure_json(figure, *results.experiment, figure_data(figure, results));
  } catch (const Error& error) {
    return {{"name", figure.name}, {"title", figure.title}, {"error", error.what()}};
  }
}

}  // namespace qklab
