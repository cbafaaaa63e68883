// A figure as pages draw it: report.html and the page of `qklab serve`, both by core/report/page/figures.js.
//
// Every figure has name, title, caption, plot (its kind), xlabel, ylabel, colorlabel, log {x, y}, columns, where, xparameter,
// metrics (the names of what is shown) and what its kind adds: keys (texts for its legend), panels, and `form`, which says how a panel is drawn:
//   curves  heights over x: mean (a line), low and high (a band, where `band`), theory (dashed, where
//           `theory`), baseline (dotted, where there is a text `baseline`, which names it)
//   paths   spots (x, mean) in their order, joined where `lines`, each a dot where `dots`, with a ring at the
//           first and a dot at the last where `ends`; over the cells of `beneath`, where there are some
//   cells   colours between xedges and yedges, with contours and an outline
// `trials` of a curve, of cells and of what was lost are lists of runs, [first, count, first, count, ...], of
// places in the report's list of trials, one for each point; null: the same as for the point before. They are
// there where the reader has such a list. `left_out`: a text and the trials that the figure leaves out;
// `lost` of a panel: where they would be, [{x, shade}] of curves and [{column, row, whole}] of cells (whole: no
// trial of the cell is done).
// `infinite` of a panel: [{x, shade, up}] or [{column, row, up}], where means are so; `unshown`: a text on these and on
// values that a log axis can't show. `free`: {x, y}, whether each panel has such an axis of its own.
// `thresholds`, where there are some: [{value, label}] on the y axis; `limits`: the same of what claims demand.
// `written`: labels with math as they are written, by key.
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
// `title` and `facets` of a panel.
nlohmann::ordered_json panel_json(const Figure& figure, const Experiment& experiment, const Panel& panel);
// Runs of places of these trials; null where the data do not tell the first of all.
nlohmann::ordered_json trials_json(const FigureData& data, const Trials& trials);
nlohmann::ordered_json parameter_json(const std::optional<std::size_t>& parameter,
                                      const Experiment& experiment);  // its name, or null

}  // namespace qklab
