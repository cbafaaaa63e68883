// A figure as pages draw it: report.html and the page of `qklab serve`, both by core/report/page/figures.js.
//
// Every figure has name, title, plot (its kind), xlabel, ylabel, colorlabel, log {x, y}, columns, xparameter
// and what its kind adds: keys (texts for its legend), panels, and `form`, which says how a panel is drawn:
//   curves  heights over x: mean (a line), low and high (a band, where `band`), theory (dashed, where
//           `theory`), baseline (dotted, where there is a text `baseline`, which names it)
//   paths   spots (x, mean) in their order, joined where `lines`, each a dot where `dots`, with a ring at the
//           first and a dot at the last where `ends`; over the cells of `beneath`, where there are some
//   cells   colours between xedges and yedges, with contours and an outline
// Of a figure that can't be drawn there are name, title and error.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/figures/figure_data.hpp"

namespace qklab {

nlohmann::ordered_json figure_json(const Figure& figure, const Experiment& experiment,
                                   const FigureData& data);
nlohmann::ordered_json figure_json(const Figure& figure, const Results& results);

// What its shades stand for: viridis, from its dark end, and the colours of categories.
nlohmann::ordered_json palette_json();

// --- What kinds of plot put theirs together from.

// Members of forms curves and paths: theory, baseline, index, panels.
nlohmann::ordered_json curves_json(const Figure& figure, const Experiment& experiment,
                                   const FigureData& data);
// `title` and `facet` of a panel.
nlohmann::ordered_json panel_json(const Figure& figure, const Experiment& experiment, const Panel& panel);
nlohmann::ordered_json parameter_json(const std::optional<std::size_t>& parameter,
                                      const Experiment& experiment);  // its name, or null

}  // namespace qklab
