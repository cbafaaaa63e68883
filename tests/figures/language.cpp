// What the language of figures can say beyond lines over a parameter: free axes, grids, the best over a parameter, maps
// over an index, scatter plots, math in labels.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/base/nan.hpp"
#include "core/figures/figure_csv.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/lost.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/heatmap.hpp"
#include "core/study/foresee.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::complaints;
using probe::contains;

namespace {

const std::string plane = "sweep: {mean: [0, 0.5, 1], variance: [0.1, 1, 10], norm: [pre, post]}\nseeds: 2\n";

void fill_plane(TrialRecord& trial) {
  const double mean = trial.params.real("mean"), variance = trial.params.real("variance");
  const double noise = 0.01 * trial.params.real("seed");
  trial.scalars = {100 * mean + variance + noise, (variance - 1) * (variance - 1) + mean + noise};
  trial.series[0] = probe::series({mean, mean + variance, mean - variance});
}

struct Made {
  Config config;
  Figure figure;
  Results results;
  FigureData data;
  Page page;

  Made(const std::string& rest, const std::function<void(TrialRecord&)>& filled = fill_plane,
       const std::function<void(Results&)>& changed = {})
      : config(probe::config(rest)),
        figure(probe::figures(config)[0]),
        results(probe::results(config, filled)) {
    if (changed) changed(results);
    data = figure_data(figure, results);
    page = figure.plot->page(figure, *config.experiment, data);
  }
  nlohmann::ordered_json json() {
    data.first = results.trials.data();
    return figure_json(figure, *config.experiment, data);
  }
  std::string csv() const { return figure_csv(figure, *config.experiment, data); }
  template <class Layer> std::vector<Layer> layers(std::size_t panel) const {
    std::vector<Layer> found;
    for (const PlotLayer& layer : page.panels.at(panel).layers)
      if (const Layer* one = std::get_if<Layer>(&layer)) found.push_back(*one);
    return found;
  }
};

bool legend_has(const Page& page, const std::string& text) {
  return std::ranges::any_of(page.legend,
                             [&](const LegendEntry& entry) { return contains(entry.text, text); });
}

}  // namespace

TEST_CASE("free axes fit each panel, and shared ones fit all") {
  const std::string keys = "figures: [{x: variance, y: contrast, facet: mean, where: \"norm == 'pre'\"";
  const Made shared(plane + keys + "}]\n"), own(plane + keys + ", free: [x, y]}]\n");
  CHECK(!shared.page.panels[0].y);
  REQUIRE(own.page.panels[2].y);
  CHECK(own.page.panels[0].y->high < 20);
  CHECK(own.page.panels[2].y->low > 90);
  CHECK(own.page.panels[2].x->high >= 10);
  // The same mean stands at the same share of its own axis.
  const auto lines = own.layers<LineLayer>(2);
  CHECK(lines[0].lines[0].back().second > 0.8);
  CHECK(contains(complaints("figures: [{x: variance, y: contrast, free: z}]\n"), "expected x or y"));
  CHECK(contains(complaints("figures: [{plot: heatmap, x: variance, y: mean, color: contrast, free: x}]\n"),
                 "have the same axes"));
}

TEST_CASE("two facets are a grid with a place for each pair") {
  const Made made(
      plane +
      "figures: [{x: mean, y: contrast, facet: [norm, variance], where: \"norm == 'pre' or variance "
      "> 0.5\", letters: true}]\n");
  REQUIRE(made.data.panels.size() == 6);
  CHECK(made.page.columns == 3);
  CHECK(made.data.panels[0].title == "(a) variance = 0.1");
  CHECK(made.page.panels[0].row == "norm = post");
  CHECK(made.data.panels[0].curves.empty());  // nothing is there
  CHECK(made.data.panels[5].title == "(f) variance = 10");
  CHECK(made.data.panels[5].row == "norm = pre");
  CHECK(made.data.panels[5].curves.size() == 1);
  CHECK(made.csv().starts_with("norm,variance,mean,contrast,"));
  CHECK(
      contains(complaints("figures: [{x: mean, y: contrast, facet: [norm, norm]}]\n"), "used for two axes"));
  CHECK(contains(complaints("figures: [{x: mean, y: contrast, facet: [norm, nrm]}]\n"), "facet"));
}

TEST_CASE("the best value of a parameter is chosen for each point by itself") {
  const std::string best =
      "figures: [{x: mean, y: contrast, color: norm, best: {over: variance, by: entropy, goal: ";
  const Made least(plane + best + "min}}]\n"), most(plane + best + "max}}]\n");
  for (const Point& p : least.data.panels[0].curves[0].points) CHECK(p.seeds == 2);
  const Point& first = least.data.panels[0].curves[0].points[0];
  CHECK(first.trials.front()->params.real("variance") == 1);
  CHECK(most.data.panels[0].curves[0].points[0].trials.front()->params.real("variance") == 10);
  CHECK(contains(least.csv(), "best variance"));
  CHECK(foresee(least.config.sweep, {least.figure}).errors.empty());
  CHECK(!foresee(least.config.sweep,
                 probe::figures(probe::config(plane + "figures: [{x: mean, y: contrast, color: "
                                                      "norm}]\n")))
             .errors.empty());
  CHECK(contains(complaints("figures: [{x: mean, y: contrast, best: {over: seed, by: entropy}}]\n"), "luck"));
  CHECK(contains(complaints("figures: [{x: mean, y: contrast, best: {over: varianc, by: entropy}}]\n"),
                 "did you mean 'variance'"));
  CHECK(contains(complaints("figures: [{x: mean, y: contrast, best: {over: variance, by: support}}]\n"),
                 "is a series"));
  CHECK(contains(
      complaints("figures: [{x: mean, y: contrast, best: {over: variance, by: entropy, goal: low}}]\n"),
      "min"));
}

TEST_CASE("a value of which a seed was lost is best only where all are such") {
  const auto lossy = [](TrialRecord& trial) {
    fill_plane(trial);
    const bool one = trial.params.real("variance") == 1 && trial.params.real("seed") == 1;
    if (one || (trial.params.real("mean") == 1 && trial.params.real("seed") == 1))
      trial.status = Status::diverged;
  };
  const Made made(
      plane + "figures: [{x: mean, y: contrast, color: norm, best: {over: variance, by: entropy}}]\n", lossy);
  const std::vector<Point>& points = made.data.panels[0].curves[0].points;
  REQUIRE(points.size() == 3);
  CHECK(points[0].trials.front()->params.real("variance") == 0.1);  // of 0.1 and 10, which are whole
  CHECK(points[2].trials.front()->params.real("variance") == 1);    // all are lossy
  CHECK(points[2].seeds == 1);
  CHECK(made.data.diverged == 2);  // those of what is shown
}

TEST_CASE("a map's x axis can be the index of its series") {
  const Made made(
      plane +
      "figures: [{plot: heatmap, x: position, y: variance, color: support, where: \"mean == 0 and "
      "norm == 'pre'\", center: 0}]\n");
  REQUIRE(made.data.panels[0].curves.size() == 3);
  CHECK(made.csv().starts_with("variance,position,support,low,high,seeds\n"));
  const Point& p = made.data.panels[0].curves[2].points[1];
  CHECK(p.mean == 10);
  CHECK(p.seeds == 2);
  REQUIRE(made.page.bar);
  CHECK(made.page.bar->diverging);
  CHECK(made.page.bar->scale.fraction(0) == doctest::Approx(0.5));
  CHECK(made.page.bar->color(0.5).hex() == "#f7f7f7");
  CHECK(contains(
      complaints("figures: [{plot: heatmap, x: position, y: mean, color: support, outline: \"mean > 0\"}]\n"),
      "both axes are parameters"));
  CHECK(
      contains(complaints("figures: [{plot: heatmap, x: layer, y: mean, color: support}]\n"), "is a series"));
}

TEST_CASE("a scatter plot has parameters along x, and scalars as colours") {
  Made made(plane + "figures: [{plot: scatter, x: variance, y: entropy, color: contrast, log: x}]\n");
  CHECK(made.data.panels[0].curves[0].points.size() == 36);
  REQUIRE(made.page.bar);
  CHECK(made.page.bar->scale.high >= 110);
  CHECK(made.layers<DotLayer>(0).size() > 3);
  const auto json = made.json();
  CHECK(json["panels"][0]["curves"][0]["colors"].size() == 36);
  CHECK(json["panels"][0]["curves"][0]["trials"][3] == std::vector<int>{3, 1});
  const Made named(plane + "figures: [{plot: scatter, x: norm, y: entropy, color: mean}]\n");
  CHECK(named.page.x.named);
  CHECK(contains(complaints("figures: [{plot: scatter, x: variance, y: mean}]\n"), "is a parameter"));
}

TEST_CASE("an infinite mean stands at the edge and is told") {
  Made line(plane + "figures: [{x: variance, y: contrast, color: mean, where: \"norm == 'pre'\"}]\n",
            [](TrialRecord& trial) {
              fill_plane(trial);
              if (trial.params.real("mean") == 1 && trial.params.real("variance") == 10)
                trial.scalars[0] = std::numeric_limits<double>::infinity();
            });
  const auto dots = line.layers<DotLayer>(0);
  REQUIRE(std::ranges::count(dots, Shape::up, &DotLayer::shape) == 1);
  CHECK(legend_has(line.page, "1 infinite value"));
  CHECK(line.json()["unshown"] == "1 infinite value");
  CHECK(line.json()["panels"][0]["infinite"].size() == 1);
  const Made map(
      plane +
          "figures: [{plot: heatmap, x: variance, y: mean, color: contrast, where: \"norm == 'pre'\", "
          "log: color}]\n",
      [](TrialRecord& trial) {
        fill_plane(trial);
        if (trial.params.real("mean") == 0) trial.scalars[0] = -std::numeric_limits<double>::infinity();
        if (trial.params.real("mean") == 1) trial.scalars[0] = -1;
      });
  CHECK(legend_has(map.page, "3 infinite values; 3 values of at most 0, not on a log axis"));
  CHECK(std::ranges::count(map.layers<DotLayer>(0), Shape::down, &DotLayer::shape) == 1);
}

TEST_CASE("along an index, a trial that was lost is marked where it ended") {
  const auto ends = [](TrialRecord& trial) {
    fill_plane(trial);
    if (trial.params.real("variance") != 10) return;
    trial.status = trial.params.real("seed") == 0 ? Status::diverged : Status::failed;
    trial.series[0] = trial.status == Status::failed ? Series{} : probe::series({0.1, 0.2});
  };
  Made made(
      plane +
          "figures: [{x: position, y: support, color: variance, theory: none, where: \"mean == 0 and norm == "
          "'pre'\"}]\n",
      ends);
  const auto dots = made.layers<DotLayer>(0);
  REQUIRE(std::ranges::count(dots, Shape::cross, &DotLayer::shape) == 1);  // the failed one has no numbers
  const auto cross = std::ranges::find(dots, Shape::cross, &DotLayer::shape);
  CHECK(cross->spots[0].first == doctest::Approx(made.page.x.fraction(2)));
  CHECK(legend_has(made.page, "2 trials left out: 1 failed, 1 diverged"));
  CHECK(made.json()["panels"][0]["lost"][0]["x"] == 2);
}

TEST_CASE("along an index, a curve ends where fewer than half of its trials are left") {
  // Of four seeds all have two numbers, two have three, and one has four.
  const std::string four =
      "sweep: {mean: [0]}\nseeds: 4\nfigures: [{x: position, y: support, theory: none}]\n";
  const auto lengths = [](TrialRecord& trial) {
    const double seed = trial.params.real("seed");
    fill_plane(trial);
    trial.series[0] = probe::series(seed == 3   ? std::vector<double>{1, 1, 1, 9}
                                    : seed == 2 ? std::vector<double>{1, 1, 1}
                                                : std::vector<double>{1, 1});
  };
  const Made made(four, lengths);
  const std::vector<Point>& points = made.data.panels[0].curves[0].points;
  REQUIRE(points.size() == 3);
  CHECK(points[2].seeds == 2);
  CHECK(points[2].mean == 1);
  // Where no number has half of the trials, all are shown.
  const Made apart(four, [](TrialRecord& trial) {
    fill_plane(trial);
    trial.series[0] = {{trial.params.real("seed")}, {1}};
  });
  CHECK(apart.data.panels[0].curves[0].points.size() == 4);
}

TEST_CASE("trials that have not run are told where they would be") {
  const Made made(plane + "figures: [{x: variance, y: contrast, color: mean, where: \"norm == 'pre'\"}]\n",
                  fill_plane, [](Results& results) {
                    Config whole = probe::config(plane);
                    std::erase_if(results.trials, [](const TrialRecord& trial) {
                      return trial.params.real("variance") == 10;
                    });
                    find_not_run(whole.sweep, results, 1000);
                    CHECK(results.not_run.size() == 12);
                  });
  CHECK(legend_has(made.page, "6 trials left out: 6 not run yet"));
  CHECK(std::ranges::count(made.layers<DotLayer>(0), Shape::cross, &DotLayer::shape) == 3);
  CHECK(made.page.x.high >= 10);
}

TEST_CASE("labels have math, and a slip in it is told") {
  Made made(plane +
            "figures: [{x: variance, y: contrast, color: mean, where: \"norm == 'pre'\", xlabel: "
            "'variance $\\sigma^2$', ylabel: 'costs 5 $ and 6 $'}]\n");
  CHECK(made.page.xlabel == "variance σ²");
  CHECK(made.page.ylabel == "costs 5 $ and 6 $");
  CHECK(made.json()["written"]["xlabel"] == "variance $\\sigma^2$");
  CHECK(contains(complaints("figures: [{x: variance, y: contrast, xlabel: '$\\sigm$'}]\n"),
                 "did you mean 'sigma'"));
}
