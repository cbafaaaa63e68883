// Figures as a config asks for them. Reference of all keys: docs/figures-and-claims.md.
#pragma once

#include <any>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/best.hpp"
#include "core/results/selection.hpp"

namespace qklab {

struct PlotKind;  // how a figure is drawn: core/figures/plot_kind.hpp

// A number that the value is compared with: a line across the panels.
struct Threshold {
  double value = 0;
  std::string label;  // in the legend
};

struct Figure {
  std::string name;  // names the files
  Place place;       // in the config
  const PlotKind* plot = nullptr;
  std::string title;
  std::string caption;  // stands below the figure on pages, not in its pictures
  Quantity value;       // what is measured
  // Where that is several metrics, each a curve, all of them, `value` first. A family's name stands for its members.
  std::vector<Quantity> values;
  std::optional<Quantity> theory;       // and what it should be
  std::string theory_label = "theory";  // in a legend that names the baseline as well
  std::optional<Quantity> baseline;     // and what it is without what is studied; trials may lack it
  std::string baseline_label = "baseline";
  std::vector<Threshold> thresholds;
  std::vector<Threshold> limits;  // what claims of the config demand of the value; set once both are read
  std::vector<Quantity> beside;   // what else the kind of plot reads
  std::optional<std::size_t> x_parameter;  // none: along the index of the series `value`
  bool along_index = false;                // that index is the x axis
  // What tells curves apart: their colours, or the rows of a heatmap. None: one curve.
  std::optional<std::size_t> curve_parameter;
  std::string
      curve_name;  // what tells curves apart where that is no parameter, as the heads of a model; else ""
  std::vector<std::size_t> facet_parameters;  // of panels; of two the first is that of rows in a grid
  std::optional<Best> best;                   // only the best values of a parameter
  std::optional<Where> where;
  std::any own;          // what the kind of plot has read of keys of its own
  bool refined = false;  // the sweep adds points between those of its grid
  bool log_x = false;
  bool log_y = false;
  bool log_color = false;
  std::string xlabel, ylabel, colorlabel;  // never empty where there is such an axis
  std::size_t columns = 0;                 // of panels; 0: chosen by their number
  bool free_x = false, free_y = false;     // each panel has an axis of its own
  bool letters = false;                    // (a), (b), ... before the panels' titles
  bool legend_in_panel = false;            // in the room that the last row of panels leaves
  std::map<std::string, std::string>
      written;  // labels as they are written, by key, where they have math in them

  bool has_curves() const { return curve_parameter.has_value() || !curve_name.empty(); }
  template <class Keys> const Keys& keys() const { return std::any_cast<const Keys&>(own); }
};

// Reads `figures:`. All errors go to `diagnostics`; the result is to be used only if that stayed empty.
std::vector<Figure> parse_figures(const Config& config, Diagnostics& diagnostics);

// The keys that a figure of this kind may have, as its reader asks for them.
KeyForms figure_keys(const PlotKind& plot, const Experiment& experiment);

// SHA-256 of pictures, by file name ("curves.svg").
using Pictures = std::map<std::string, std::string>;
Pictures pictures_of(const std::string& figure, const std::string& directory);  // those that are there

struct Drawn {
  std::string source;  // stands for all that it is drawn from: equal figures have the same
  Pictures pictures;
  std::vector<std::string> remarks;  // on what was left out ("2 failed trials")
};

// Writes <directory>/figures/<name>.{csv,svg,pdf,png}; nothing where all are there, `known`, the source
// that they were drawn from, is what they would be drawn from again, and the pictures are `pictures`, as they
// were drawn. Means are over seeds, of trials that are
// done. Throws Error where trials of one point differ in anything but the seed (naming the parameter), no
// trial is there, or a part can't be made, as where gnuplot is missing or dies. Then the other parts are made
// all the same, no draft is left, and no file of before stands for one that could not be made.
Drawn draw(const Figure& figure, const Results& results, const std::string& directory,
           const std::string& known = "", const Pictures& pictures = {});

bool figure_is_there(const std::string& name, const std::string& directory);  // all of its files
void remove_figure(const std::string& name, const std::string& directory);

// The CSV alone, as `draw` writes it; equal results give equal text.
std::string figure_csv(const Figure& figure, const Results& results);

}  // namespace qklab
