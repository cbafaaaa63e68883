#include "core/figures/plots/beneath.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/figures/plots/heatmap.hpp"

namespace qklab {

OverMap read_over(MapReader& map) { return {map.text("over"), map.place("over")}; }

void find_map(const Figure& figure, OverMap& over, const std::vector<Figure>& figures,
              Diagnostics& diagnostics) {
  if (!over.name) return;
  std::vector<std::string> heatmaps;
  for (const Figure& other : figures) {
    if (!is_heatmap(other)) continue;
    heatmaps.push_back(other.name);
    if (other.name != *over.name) continue;
    if (other.keys<HeatmapKeys>().several() || !other.facet_parameters.empty()) {
      diagnostics.error(over.place,
                        fmt::format("over: '{}' has several panels; name a heatmap with one", other.name));
    }
    if (other.log_x != figure.log_x || other.log_y != figure.log_y) {
      diagnostics.error(
          over.place, fmt::format("over: '{}' must have the same log axes as '{}'", other.name, figure.name));
    }
    over.map = std::make_shared<const Figure>(other);
    return;
  }
  diagnostics.error(over.place, fmt::format("over: no heatmap is named '{}'{}", *over.name,
                                            did_you_mean(*over.name, heatmaps)));
}

void lay_beneath(const Figure& figure, const Figure& map, const Experiment& experiment,
                 const FigureData& data, Page& page) {
  const FigureData& beneath = std::any_cast<const Beneath&>(data.own).data;
  ColorBar bar = color_bar(map, experiment, beneath, 0);
  bar.grey = true;
  const Cells cells = cells_of(map, experiment, beneath);
  std::vector<double> x = cells.x_edges, y = cells.y_edges;
  x.insert(x.end(), {page.x.low, page.x.high});
  y.insert(y.end(), {page.y.low, page.y.high});
  page.x = numeric_scale(x, figure.log_x, 0, 4);
  page.y = numeric_scale(y, figure.log_y, 0, 5);
  const std::vector<PlotLayer> layers = heatmap_layers(map, cells, beneath, 0, bar, page);
  for (PagePanel& panel : page.panels) panel.layers = layers;
  page.filled = true;
  if (!page.bar) page.bar = bar;  // the curves' own comes first
  for (LegendEntry& entry : heatmap_legend(map, beneath)) page.legend.push_back(std::move(entry));
}

void put_beneath(const Figure& map, const Experiment& experiment, const FigureData& data,
                 nlohmann::ordered_json& json) {
  json["beneath"] = {{"name", map.name}};
  json["beneath"].update(heatmap_json(map, experiment, std::any_cast<const Beneath&>(data.own).data));
}

}  // namespace qklab
