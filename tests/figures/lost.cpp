// Trials that a figure leaves out, and what its axes follow.
#include "core/figures/lost.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <variant>

#include "core/figures/curve_page.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/heatmap.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

const std::string lossy_grid = "sweep: {mean: [0, 0.5, 1], variance: [0.1, 1, 10]}\nseeds: 2\n";

// Every trial of variance 10 diverges, and one of the two at mean 0.5 and variance 1.
void fill_lossy(TrialRecord& trial) {
  const double mean = trial.params.real("mean"), variance = trial.params.real("variance");
  trial.scalars = {0.2 + 0.1 * mean + 0.01 * variance + 0.1 * trial.params.real("seed"), 1};
  if (variance == 10 || (mean == 0.5 && variance == 1 && trial.params.real("seed") == 1))
    trial.status = Status::diverged;
}

struct DrawnFigure {
  Config config;
  std::vector<Figure> figures;
  Results results;
  FigureData data;
  Page page;

  DrawnFigure(const std::string& rest, const std::function<void(TrialRecord&)>& results_of)
      : config(probe::config(rest)),
        figures(probe::figures(config)),
        results(probe::results(config, results_of)) {
    data = figure_data(figures[0], results);
    page = figures[0].plot->page(figures[0], *config.experiment, data);
  }
  template <class Layer> std::vector<Layer> layers(std::size_t panel) const {
    std::vector<Layer> found;
    for (const PlotLayer& layer : page.panels.at(panel).layers)
      if (const Layer* one = std::get_if<Layer>(&layer)) found.push_back(*one);
    return found;
  }
};

}  // namespace

TEST_CASE("a map has cells for what was lost, struck through") {
  const DrawnFigure map(
      lossy_grid + "figures: [{plot: heatmap, x: variance, y: mean, color: contrast, log: x}]\n", fill_lossy);
  const Cells cells = cells_of(map.figures[0], *map.config.experiment, map.data);
  CHECK(cells.x.values.size() == 3);  // though nothing is done at the third
  const std::vector<LostCell> lost = lost_cells(cells, map.data, map.data.panels[0]);
  REQUIRE(lost.size() == 4);
  CHECK(std::ranges::count(lost, true, &LostCell::whole) == 3);
  const auto marks = map.layers<LineLayer>(0);
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].lines.size() == 7);  // two for a whole cell, one for the other
  CHECK(contains(map.page.legend.back().text, "7 trials left out: 7 diverged"));
}

TEST_CASE("curves have crosses where trials were left out") {
  const DrawnFigure line(lossy_grid + "figures: [{x: variance, y: contrast, color: mean, log: x}]\n",
                         fill_lossy);
  const auto dots = line.layers<DotLayer>(0);
  CHECK(std::ranges::count(dots, Shape::cross, &DotLayer::shape) == 4);
  CHECK(line.page.legend.back().mark == Mark::cross);
  CHECK(line.page.x.high >= 10);
}

TEST_CASE("a panel of which nothing is done is there, empty") {
  const DrawnFigure facets(lossy_grid + "figures: [{x: mean, y: contrast, facet: variance}]\n", fill_lossy);
  REQUIRE(facets.page.panels.size() == 3);
  CHECK(facets.page.panels[2].title == "variance = 10");
  CHECK(facets.layers<DotLayer>(2).size() == 3);
  CHECK(facets.data.panels[2].curves.empty());
}

TEST_CASE("nothing is said where nothing was lost") {
  const DrawnFigure all(lossy_grid + "figures: [{x: variance, y: contrast, color: mean}]\n",
                        [](TrialRecord& trial) {
                          trial.scalars = {trial.params.real("variance"), 1};
                        });
  CHECK(left_out_text(all.data).empty());
  for (const LegendEntry& entry : all.page.legend) CHECK(!contains(entry.text, "left out"));
}

TEST_CASE("the y axis follows means, and an interval of two seeds as far as half their range") {
  // Means from 0 to 0.1; the interval of one point reaches from -12.7 to 12.8.
  const DrawnFigure band(
      "sweep: {variance: {linspace: [0, 1, 5]}}\nseeds: 2\nfigures: [{plot: band, x: variance, y: "
      "contrast}]\n",
      [](TrialRecord& trial) {
        const double variance = trial.params.real("variance");
        const double spread = variance == 0.5 ? 1 : 0;
        trial.scalars = {0.1 * variance + spread * (2 * trial.params.real("seed") - 1), 1};
      });
  CHECK(band.page.y.low >= -0.06);
  CHECK(band.page.y.high <= 0.16);
  for (const BandLayer& layer : band.layers<BandLayer>(0)) {
    CHECK(layer.opacity < 1);
    for (const Span& span : layer.spans) {
      CHECK(span.low >= 0);
      CHECK(span.high <= 1);
    }
  }
}

TEST_CASE("names have no line between them") {
  const DrawnFigure named(
      lossy_grid + "figures: [{x: norm, y: contrast, color: variance, where: \"mean == 0\"}]\n", fill_lossy);
  CHECK(named.layers<LineLayer>(0).empty());
  CHECK(named.layers<RodLayer>(0).size() == 2);  // an interval for each curve that has a point
  const auto dots = named.layers<DotLayer>(0);
  REQUIRE(dots.size() >= 2);
  CHECK(dots[0].spots[0].first < dots[1].spots[0].first);  // side by side
}

TEST_CASE("thresholds are lines in sight") {
  const DrawnFigure line(
      lossy_grid +
          "figures: [{x: variance, y: contrast, color: mean, thresholds: [2, {value: -1, label: "
          "floor}]}]\n",
      fill_lossy);
  CHECK(line.page.y.high >= 2);
  CHECK(line.page.y.low <= -1);
  const auto lines = line.layers<LineLayer>(0);
  CHECK(std::ranges::count(lines, Stroke::dash_dotted, &LineLayer::stroke) == 2);
  CHECK(std::ranges::count(line.page.legend, "floor", &LegendEntry::text) == 1);
  CHECK(contains(probe::complaints("figures: [{x: position, y: support, thresholds: 3}]\n"),
                 "expected a list"));
  CHECK(contains(probe::complaints("figures: [{x: position, y: support, log: y, thresholds: [0]}]\n"),
                 "log axis"));
  CHECK(contains(probe::complaints("figures: [{plot: heatmap, x: variance, y: mean, color: contrast, "
                                   "thresholds: [1]}]\n"),
                 "thresholds"));
}
