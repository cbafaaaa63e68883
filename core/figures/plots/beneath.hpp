// A heatmap of the same config in greys beneath a figure whose axes are those of its plane.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/chart/page.hpp"
#include "core/figures/figure_data.hpp"
#include "core/figures/figure_reader.hpp"

namespace qklab {

// The key `over` of a figure.
struct OverMap {
  std::optional<std::string> name;  // the heatmap's
  Place place;                      // of the key that says so
  std::shared_ptr<const Figure> map = {};
};
OverMap read_over(MapReader& map);

// Finds the heatmap that is named; reports one that does not fit.
void find_map(const Figure& figure, OverMap& over, const std::vector<Figure>& figures,
              Diagnostics& diagnostics);

// What FigureData::own has where there is a heatmap.
struct Beneath {
  FigureData data;
};

// The same heatmap in every panel, and axes that cover both.
void lay_beneath(const Figure& figure, const Figure& map, const Experiment& experiment,
                 const FigureData& data, Page& page);
void put_beneath(const Figure& map, const Experiment& experiment, const FigureData& data,
                 nlohmann::ordered_json& json);

}  // namespace qklab
