// Figures as a config asks for them. Reference of all keys: docs/figures-and-claims.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/report/selection.hpp"
#include "core/sweep/config.hpp"

namespace qklab {

enum class Plot { line, band, heatmap, trajectory };

// Lines of equal value of a quantity over a heatmap.
struct Contour {
  Quantity quantity;
  std::vector<double> levels;  // ascending; none: round numbers within its range
};

// A condition on the cells of a heatmap: on parameters and on means of scalars over seeds.
struct Outline {
  Where where;
  std::shared_ptr<const Schema> names;  // the parameters but the seed, then the scalars
  std::string label;
};

struct Figure {
  std::string name;  // names the files
  Plot plot = Plot::line;
  std::string title;
  // What is measured: y of line, band and trajectory, the colour of a heatmap.
  Quantity value;
  std::vector<Quantity> metrics;           // heatmap: `value` and what is shown beside it, a panel each
  std::optional<Quantity> x_series;        // trajectory
  std::optional<Quantity> theory;          // line and band
  std::optional<std::size_t> x_parameter;  // none: along the index of the series `value`
  // What tells curves apart: the colour of line and band, the y axis of a heatmap. None: one curve.
  std::optional<std::size_t> curve_parameter;
  std::optional<std::size_t> facet_parameter;
  std::optional<Where> where;
  std::vector<Contour> contours;       // heatmap
  std::optional<Outline> outline;      // heatmap
  std::shared_ptr<const Figure> over;  // trajectory: a heatmap of the same plane, drawn beneath
  bool refined = false;                // heatmap: the sweep adds points between those of its grid
  bool log_x = false;
  bool log_y = false;
  bool log_color = false;
  std::string xlabel, ylabel, colorlabel;  // never empty where there is such an axis
  std::size_t columns = 0;                 // of panels; 0: chosen by their number
};

// Reads `figures:`. All errors go to `diagnostics`; the result is to be used only if that stayed empty.
std::vector<Figure> parse_figures(const Config& config, Diagnostics& diagnostics);

// Writes <directory>/figures/<name>.{csv,svg,pdf,png}, and returns remarks on what was left out ("2 failed
// trials"). Means are over seeds, of trials that are done. Throws Error where trials of one point differ in
// anything but the seed (naming the parameter), no trial is there, or gnuplot is missing or fails.
std::vector<std::string> draw(const Figure& figure, const Results& results, const std::string& directory);

// The CSV alone, as `draw` writes it; equal results give equal text.
std::string figure_csv(const Figure& figure, const Results& results);

}  // namespace qklab
