// Heatmaps: one cell for each pair of x and y, coloured by a metric; grey where a value is missing or not
// finite, but in a refined sweep the nearest point's where there is no point. Contours dashed, the outlined
// region in a thick line. A cell of which trials were left out is struck through, once where some are done and twice
// where none is. A trajectory lies over one.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/chart/contour.hpp"
#include "core/chart/page.hpp"
#include "core/figures/curve_page.hpp"
#include "core/figures/figure_reader.hpp"

namespace qklab {

// Lines of equal value of a quantity.
struct Contour {
  Quantity quantity;
  std::vector<double> levels;  // ascending; none: round numbers within its range
};

// A condition on the cells: on parameters and on means of scalars over seeds.
struct Outline {
  Where where;
  std::shared_ptr<const Schema> names;  // the parameters but the seed, then the scalars
  std::string label;
};

struct HeatmapKeys {
  std::vector<Quantity> metrics;  // a panel each; the first is the figure's value
  std::vector<Contour> contours;
  std::optional<Outline> outline;
  std::optional<double> center;  // of a diverging colour scale
  // Axes that are no parameter: the index of a series, or letters of a family ("entropy.L.H"), which stand at these of
  // the numbers in a member's name.
  std::optional<std::size_t> x_letter, y_letter;
  std::string x_name;

  bool of_family() const { return x_letter || y_letter; }
  bool several() const { return metrics.size() > 1; }
};

void read_heatmap(FigureReader& reader);
bool is_heatmap(const Figure& figure);

// A point's own numbers are the means of the contours' quantities, then 1 where the outline's condition
// holds.
bool is_outlined(const Figure& figure, const Point& point);

Page heatmap_page(const Figure& figure, const Experiment& experiment, const FigureData& data);
nlohmann::ordered_json heatmap_json(const Figure& figure, const Experiment& experiment,
                                    const FigureData& data);

// --- Parts of it.

// Cells of a panel, row by row, and where they stand.
struct Cells {
  Coordinate x, y;
  std::vector<double> x_edges, y_edges;

  std::size_t columns() const { return x.values.size(); }
  std::size_t size() const { return x.values.size() * y.values.size(); }
};
Cells cells_of(const Figure& figure, const Experiment& experiment, const FigureData& data);
std::size_t cell_of(const Cells& cells, const Curve& row, const Point& point);  // where the point stands
// What each cell of a panel shows; null where it shows nothing.
std::vector<const Point*> points_of(const Figure& figure, const Cells& cells, const Panel& panel);

// A cell with trials that are left out; `whole`: none of it is done.
struct LostCell {
  std::size_t column, row;
  bool whole;
  const Lost* lost;
};
// A mean that is infinite.
struct InfiniteCell {
  std::size_t column, row;
  bool up;
};
std::vector<InfiniteCell> infinite_cells(const Figure& figure, const Cells& cells, const Panel& panel);
std::vector<LostCell> lost_cells(const Cells& cells, const FigureData& data, const Panel& panel);

struct ContourLine {
  double level;
  std::vector<Line> lines;
};
std::vector<ContourLine> contours_of(const Figure& figure, const FigureData& data, const Cells& cells,
                                     const Panel& panel);
std::vector<Line> outline_of(const Figure& figure, const Cells& cells, const Panel& panel);
ColorBar color_bar(const Figure& figure, const Experiment& experiment, const FigureData& data,
                   std::size_t panel);
// What is drawn in a panel on the page's axes, coloured as `bar` says: cells, contours, outline.
std::vector<PlotLayer> heatmap_layers(const Figure& figure, const Cells& cells, const FigureData& data,
                                      std::size_t panel, const ColorBar& bar, const Page& page);
std::vector<LegendEntry> heatmap_legend(const Figure& figure, const FigureData& data);

}  // namespace qklab
