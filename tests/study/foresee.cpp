#include "core/study/foresee.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

Foreseen of(const std::string& sweep, const std::string& figure) {
  const Config config = probe::config("sweep: " + sweep + "\nseeds: 2\nfigures: [" + figure + "]\n");
  return foresee(config.sweep, probe::figures(config));
}

bool is_fine(const std::string& sweep, const std::string& figure) {
  const Foreseen foreseen = of(sweep, figure);
  return foreseen.errors.empty() && foreseen.remarks.empty();
}

const std::string grid = "{mean: [0, 0.5], variance: [0, 1, 2]}";

}  // namespace

TEST_CASE("a parameter that a figure neither shows nor fixes is told before anything runs") {
  const Foreseen open = of(grid, "{name: open, x: variance, y: contrast}");
  REQUIRE(open.errors.size() == 1);
  CHECK(
      contains(open.errors[0], "test.yaml:5:11: figure 'open': its points would average over mean (0, 0.5)"));
  CHECK(is_fine(grid, "{x: variance, y: contrast, color: mean}"));
  CHECK(is_fine(grid, "{x: variance, y: contrast, facet: mean}"));
  CHECK(is_fine(grid, "{x: variance, y: contrast, where: \"mean == 0.5\"}"));
  CHECK(is_fine(grid, "{x: position, y: support, color: mean, facet: variance}"));
  CHECK(of(grid, "{x: position, y: support, color: mean}").errors.size() == 1);
  CHECK(of("{mean: [0, 1], variance: [1, 2], norm: [pre, post]}",
           "{plot: heatmap, x: variance, y: mean, color: contrast}")
            .errors.size() == 1);
}

TEST_CASE("parameters that move together leave nothing open") {
  const std::string zip = "{zip: [{mean: [0, 0.5, 1], variance: [1, 2, 3]}]}";
  CHECK(is_fine(zip, "{x: variance, y: contrast}"));
  CHECK(is_fine(zip, "{x: mean, y: contrast}"));
  CHECK(of("{zip: [{mean: [0, 0.5, 1], variance: [1, 2, 2]}]}", "{x: variance, y: contrast}").errors.size() ==
        1);
}

TEST_CASE("a value that can't stand on a log axis is told before anything runs, on every axis that has one") {
  for (const char* figure : {"{name: f, x: variance, y: contrast, color: mean, log: x}",
                             "{name: f, x: mean, y: contrast, color: variance, log: color}",
                             "{name: f, plot: heatmap, x: variance, y: mean, color: contrast, log: x}",
                             "{name: f, plot: heatmap, x: mean, y: variance, color: contrast, log: y}"}) {
    CAPTURE(figure);
    const Foreseen foreseen = of(grid, figure);
    REQUIRE(foreseen.errors.size() == 1);
    CHECK(contains(foreseen.errors[0], "figure 'f': variance = 0 can't stand on a log axis"));
  }
  CHECK(is_fine(grid, "{x: variance, y: contrast, color: mean, log: x, where: \"variance > 0\"}"));
  CHECK(is_fine(grid, "{x: variance, y: contrast, color: mean, log: y}"));
}

TEST_CASE("a figure that no trial is for is remarked upon, not refused") {
  const Foreseen foreseen = of(grid, "{name: none, x: variance, y: contrast, where: \"mean > 7\"}");
  CHECK(foreseen.errors.empty());
  REQUIRE(foreseen.remarks.size() == 1);
  CHECK(contains(foreseen.remarks[0], "figure 'none': no trial of this sweep is in its where (mean > 7)"));
}
