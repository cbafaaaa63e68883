// Heatmaps of several metrics with contours and an outline, and trajectories.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/directory/series_needed.hpp"
#include "core/figures/figure_csv.hpp"
#include "core/figures/figure_json.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/figures/plots/heatmap.hpp"
#include "core/figures/plots/trajectory.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::complaints;
using probe::contains;

namespace {

const std::string phase_grid =
    "sweep: {mean: {linspace: [0, 1, 6]}, variance: {logspace: [0.01, 100, 9]}}\nseeds: 3\n";
const std::string phases =
    "figures:\n"
    "  - {name: phases, plot: heatmap, x: variance, y: mean, color: [contrast, entropy], log: x, columns: "
    "2,\n"
    "     contours: [{metric: contrast, levels: [0.5, 0.25]}, {metric: support, at: last}],\n"
    "     outline: \"contrast > 0.4 and entropy > 0.5 and mean > 0.3\", outlinelabel: neither}\n";
const std::string path =
    "figures: [{name: path, plot: trajectory, x: support, y: support_theory, color: variance, facet: "
    "mean}]\n";

// Contrast falls with the variance, entropy rises; support runs along a spiral, theory beside it.
void fill_phases(TrialRecord& trial) {
  const double mean = trial.params.real("mean"), variance = trial.params.real("variance");
  const double noise = 0.01 * (trial.params.real("seed") - 1);  // mean 0 over the three seeds
  trial.scalars = {1 / (1 + variance * (1.2 - mean)) + noise, std::log1p(variance) + noise};
  std::vector<double> x, y;
  for (int step = 0; step < 20; ++step) {
    x.push_back(0.1 * step * std::cos(0.3 * step) / (1 + variance) + noise);
    y.push_back(0.1 * step * std::sin(0.3 * step) + mean);
  }
  trial.series[0] = probe::series(x);
  trial.series[1] = probe::series(y);
}

std::vector<std::vector<std::string>> table(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
  }
  return rows;
}

}  // namespace

TEST_CASE("wrong keys of the new kinds are told") {
  const auto heat = [](const std::string& keys) {
    return complaints("figures: [{plot: heatmap, x: variance, y: mean, " + keys + "}]\n");
  };
  CHECK(heat("color: [contrast, entropy]").empty());
  CHECK(contains(heat("color: [contrast, entropi]"), "did you mean 'entropy'"));
  CHECK(contains(heat("color: [contrast, entropy], facet: norm"), "are its metrics already"));
  CHECK(contains(heat("color: [contrast, support]"), "is a series"));
  CHECK(contains(heat("color: []"), "color"));
  CHECK(contains(heat("color: contrast, contours: [{metric: entropi}]"), "did you mean 'entropy'"));
  CHECK(contains(heat("color: contrast, contours: [{metric: support}]"), "is a series"));
  CHECK(contains(heat("color: contrast, contours: [{metric: entropy, levels: [low]}]"), "expected numbers"));
  CHECK(contains(heat("color: contrast, contours: [{metric: entropy, level: 1}]"), "did you mean 'levels'"));
  CHECK(contains(heat("color: contrast, contours: entropy"), "expected a list"));
  CHECK(contains(heat("color: contrast, outline: \"contrst > 1\""), "contrast"));
  CHECK(contains(heat("color: contrast, outline: \"seed > 1\""), "seed"));  // cells are means over seeds
  const auto line = [](const std::string& keys) { return complaints("figures: [{" + keys + "}]\n"); };
  CHECK(contains(line("x: position, y: support, contours: [{metric: entropy}]"), "contours"));
  CHECK(contains(line("x: position, y: support, outline: \"contrast > 0\""), "outline"));
  CHECK(contains(line("plot: trajectory, x: support, y: contrast"), "is a scalar"));
  CHECK(contains(line("plot: trajectory, x: suport, y: support"), "did you mean 'support'"));
  CHECK(contains(line("plot: trajectory, x: support, y: residual"), "is along 'layer'"));
  CHECK(contains(line("plot: trajectory, x: support, y: support, theory: support"), "theory"));
}

TEST_CASE("a trajectory lies over a heatmap of one panel, with the same log axes") {
  const auto over = [](const std::string& map, const std::string& keys) {
    return complaints("figures:\n  - {plot: trajectory, x: support, y: support_theory, " + keys +
                      "}\n  - {name: plane, plot: heatmap, x: variance, y: mean, " + map + "}\n");
  };
  CHECK(over("color: contrast", "over: plane").empty());
  CHECK(over("color: contrast, log: x", "over: plane, log: x").empty());
  CHECK(contains(over("color: contrast", "over: plan"), "did you mean 'plane'"));
  CHECK(contains(over("color: contrast, log: x", "over: plane"), "same log axes"));
  CHECK(contains(over("color: [contrast, entropy]", "over: plane"), "several panels"));
  CHECK(contains(over("color: contrast, facet: norm", "over: plane"), "several panels"));
  CHECK(contains(complaints("figures: [{x: position, y: support, over: plane}]\n"), "over"));
}

TEST_CASE("under a trajectory the heatmap is grey, and the axes cover both") {
  const Config config =
      probe::config(phase_grid +
                    "figures:\n"
                    "  - {name: plane, plot: heatmap, x: variance, y: mean, color: contrast,"
                    " outline: \"contrast > 0.5\", outlinelabel: inside}\n"
                    "  - {plot: trajectory, x: support, y: support_theory, color: norm,"
                    " where: \"mean == 0 and variance == 1\", over: plane}\n");
  const auto figures = probe::figures(config);
  const Results results = probe::results(config, fill_phases);
  const FigureData data = figure_data(figures[1], results);
  const Page page = figures[1].plot->page(figures[1], *config.experiment, data);
  const Cells cells = cells_of(figures[0], *config.experiment, std::any_cast<const Beneath&>(data.own).data);
  const std::vector<double>&x = cells.x_edges, &y = cells.y_edges;
  CHECK(page.x.low <= x.front());
  CHECK(page.x.high >= x.back());
  CHECK(page.y.low <= -1.59);  // the lowest point of the path
  CHECK(page.y.high >= y.back());
  REQUIRE(page.bar);
  CHECK(page.bar->grey);
  CHECK(page.legend.back().text == "inside");
  const std::vector<Cell>& drawn = std::get<CellLayer>(page.panels[0].layers[0]).cells;
  std::size_t coloured = 0;
  for (const Cell& cell : drawn) coloured += cell.color.red != cell.color.green;
  CHECK(drawn.size() == 6 * 9);
  CHECK(coloured == 0);
}

TEST_CASE("series of contours and trajectories are loaded") {
  const Config config = probe::config(phase_grid + phases);
  CHECK(series_needed(probe::figures(config), {}) == std::vector<std::string>{"support"});
  const Config other = probe::config(phase_grid + path);
  CHECK(series_needed(probe::figures(other), {}) == std::vector<std::string>{"support", "support_theory"});
}

TEST_CASE("cells without a point show the nearest one in a refined sweep") {
  const Config config = probe::config(
      "sweep: {mean: {linspace: [0, 1, 6]}, variance: {linspace: [1, 9, 9]},\n"
      "        refine: {metric: contrast, threshold: 0.5, budget: 10}}\nseeds: 3\n"
      "figures: [{plot: heatmap, x: variance, y: mean, color: contrast}]\n");
  Results results = probe::results(config, fill_phases);
  const std::size_t coarse = results.trials.size();
  for (std::size_t i = 0; i < coarse; ++i) {  // the first three columns halved between the first two rows
    TrialRecord trial = results.trials[i];
    if (trial.params.real("mean") != 0 || trial.params.real("variance") > 3) continue;
    trial.params.set(0, 0.1);
    fill_phases(trial);
    results.trials.push_back(trial);
  }
  const Figure figure = probe::figures(config)[0];
  const FigureData data = figure_data(figure, results);
  const Cells cells = cells_of(figure, *config.experiment, data);
  const std::vector<const Point*> points = points_of(figure, cells, data.panels[0]);
  REQUIRE(points.size() == 7 * 9);
  const auto x_of = [&](std::size_t row, std::size_t column) {
    REQUIRE(points[row * 9 + column]);
    return std::get<double>(points[row * 9 + column]->x);
  };
  for (std::size_t row = 0; row < 7; ++row) {
    for (std::size_t column = 0; column < 9; ++column) {
      const bool own = row != 1 || column < 3;
      // Of an added cell's neighbours those above and below are nearest, a tenth of the plane away.
      CHECK(x_of(row, column) == static_cast<double>(column + 1));
      if (!own) CHECK(points[9 + column] == points[column]);
    }
  }
  Figure plain = figure;
  plain.refined = false;
  const auto bare = points_of(plain, cells, data.panels[0]);
  CHECK(std::count(bare.begin(), bare.end(), nullptr) == 6);
}

TEST_CASE("what no figure and no claim reads is dropped, and nothing else") {
  const Config config = probe::config(
      phase_grid +
      "figures: [{x: position, y: support, theory: none, color: variance, where: \"mean == 1\"}]\n"
      "claims: [{id: c, text: t, test: difference, metric: support, at: last, at_least: 0,\n"
      "          where: \"variance == 0.01\", against: \"variance == 100\"}]\n");
  const Results all = probe::results(config, fill_phases);
  Results kept = all;
  CHECK(drop_unread_series(kept, probe::figures(config), probe::claims(config)) ==
        std::vector<std::string>{"support", "support_theory"});
  for (std::size_t i = 0; i < all.trials.size(); ++i) {
    const Parameters& params = all.trials[i].params;
    const double variance = params.real("variance");
    const bool read = params.real("mean") == 1 || variance == 0.01 || variance == 100;
    CHECK(kept.trials[i].series[0].value.size() == (read ? 20 : 0));
    CHECK(kept.trials[i].series[1].value.empty());
    CHECK(kept.trials[i].scalars == all.trials[i].scalars);
  }
  CHECK(drop_unread_series(kept, probe::figures(config), probe::claims(config)).empty());
  CHECK(figure_csv(probe::figures(config)[0], kept) == figure_csv(probe::figures(config)[0], all));
}

TEST_CASE("the CSV of several metrics has each with its contours and outlined cells") {
  const Config config = probe::config(phase_grid + phases);
  const auto rows = table(figure_csv(probe::figures(config)[0], probe::results(config, fill_phases)));
  CHECK(rows[0] == std::vector<std::string>{"metric", "mean", "variance", "value", "low", "high", "seeds",
                                            "contrast", "support", "outlined"});
  REQUIRE(rows.size() == 1 + 2 * 6 * 9);
  std::size_t outlined = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double mean = std::stod(rows[i][1]), variance = std::stod(rows[i][2]);
    const double contrast = 1 / (1 + variance * (1.2 - mean)), entropy = std::log1p(variance);
    const bool first = i <= 54;
    CHECK(rows[i][0] == (first ? "contrast" : "entropy"));
    CHECK(std::abs(std::stod(rows[i][3]) - (first ? contrast : entropy)) <= 1e-12);
    CHECK(std::abs(std::stod(rows[i][7]) - contrast) <= 1e-12);
    CHECK((rows[i][9] == "true") == (contrast > 0.4 && entropy > 0.5 && mean > 0.3));
    outlined += rows[i][9] == "true";
  }
  CHECK(outlined > 0);
  CHECK(outlined < 54);
}

TEST_CASE("contours lie where the quantity has the level, on a log axis too") {
  const Config config = probe::config(phase_grid + phases);
  const Figure figure = probe::figures(config)[0];
  const FigureData data = figure_data(figure, probe::results(config, fill_phases));
  REQUIRE(data.panels.size() == 2);
  const auto contours = contours_of(figure, data, cells_of(figure, *config.experiment, data), data.panels[0]);
  CHECK(contours[0].level == 0.25);
  CHECK(contours[1].level == 0.5);
  CHECK(contours.size() > 2);  // levels of the second contour were chosen
  std::size_t points = 0;
  for (const Line& line : contours[1].lines) {
    for (const auto& [variance, mean] : line) {
      CHECK(std::abs(1 / (1 + variance * (1.2 - mean)) - 0.5) <=
            0.03);  // linear between cells half a decade apart
      ++points;
    }
  }
  CHECK(points > 5);
}

TEST_CASE("a trajectory has both series' means in the order of their index") {
  const Config config = probe::config(phase_grid + path);
  const auto rows = table(figure_csv(probe::figures(config)[0], probe::results(config, fill_phases)));
  CHECK(rows[0] == std::vector<std::string>{"mean", "variance", "position", "support", "support_theory",
                                            "low", "high", "seeds"});
  REQUIRE(rows.size() == 1 + 6 * 9 * 20);
  for (std::size_t i = 1; i <= 20; ++i) {
    const double step = static_cast<double>(i - 1), variance = std::stod(rows[i][1]);
    CHECK(std::stod(rows[i][2]) == step + 1);
    CHECK(std::abs(std::stod(rows[i][3]) - 0.1 * step * std::cos(0.3 * step) / (1 + variance)) <= 1e-12);
    CHECK(std::abs(std::stod(rows[i][4]) - 0.1 * step * std::sin(0.3 * step)) <= 1e-12);
    CHECK(rows[i][7] == "3");
  }
}

TEST_CASE("dots of two series are one for each place of each seed") {
  const std::string dots =
      "figures: [{plot: dots, x: support, y: support_theory, color: variance, facet: mean}]\n";
  const Config config = probe::config(phase_grid + dots);
  CHECK(series_needed(probe::figures(config), {}) == std::vector<std::string>{"support", "support_theory"});
  const Results results = probe::results(config, fill_phases);
  const auto rows = table(figure_csv(probe::figures(config)[0], results));
  CHECK(rows[0] == std::vector<std::string>{"mean", "variance", "support", "support_theory"});
  REQUIRE(rows.size() == 1 + 6 * 9 * 3 * 20);
  CHECK(std::stod(rows[1][2]) == doctest::Approx(-0.01));  // the first place of the first seed
  CHECK(std::stod(rows[2][3]) == doctest::Approx(0.1 * std::sin(0.3)));
  const auto json = nlohmann::json::parse(figure_json(probe::figures(config)[0], results).dump());
  CHECK(json["panels"][0]["curves"][0]["x"].size() == 60);
  CHECK(contains(complaints("figures: [{plot: dots, x: support, y: contrast}]\n"), "`at` selects"));
  CHECK(contains(complaints("figures: [{plot: dots, x: support, y: residual}]\n"), "is along 'layer'"));
  CHECK(complaints("figures: [{plot: dots, x: support, y: contrast, at: last}]\n").empty());
}

TEST_CASE("both kinds are drawn, twice to the same bytes, and have their data in the report") {
  for (const std::string& text : {phases, path}) {
    const Config config = probe::config(phase_grid + text);
    const Figure figure = probe::figures(config)[0];
    const Results results = probe::results(config, fill_phases);
    const probe::Folder first("kinds_first"), second("kinds_second");
    draw(figure, results, first.path.string());
    draw(figure, results, second.path.string());
    for (const char* suffix : {".csv", ".svg", ".pdf", ".png"}) {
      const std::string file = "figures/" + figure.name + suffix;
      CAPTURE(file);
      CHECK(first.file(file).size() > 1000);
      CHECK(first.file(file) == second.file(file));
    }
    const auto json = nlohmann::json::parse(figure_json(figure, results).dump());
    REQUIRE(!json.contains("error"));
    if (figure.plot->name == "trajectory") {
      CHECK(json["panels"].size() == 6);
      CHECK(json["index"] == "position");
      CHECK(json["panels"][0]["curves"][0]["index"].size() == 20);
    } else {
      CHECK(json["several"] == true);
      CHECK(json["panels"][1]["color"]["label"] == "entropy [nats]");
      CHECK(json["panels"][0]["outline"].size() == 1);
      CHECK(json["panels"][0]["contours"][1][0].size() > 4);
      CHECK(contains(json["keys"].dump(), "neither"));
    }
  }
}
