#include <doctest/doctest.h>

#include <algorithm>

#include "core/claims/test_kind.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::complaints;
using probe::contains;

TEST_CASE("wrong names in figures are told with place and nearest name") {
  CHECK(contains(complaints("figures: [{plot: lime, x: position, y: support}]\n"), "did you mean 'line'"));
  CHECK(contains(complaints("figures: [{x: position, y: suport}]\n"), "did you mean 'support'"));
  CHECK(contains(complaints("figures: [{x: positon, y: support}]\n"), "did you mean 'position'"));
  CHECK(contains(complaints("figures: [{x: position, y: support, color: varience}]\n"),
                 "did you mean 'variance'"));
  CHECK(contains(complaints("figures: [{x: position, y: support, colour: variance}]\n"),
                 "did you mean 'color'"));
  CHECK(contains(complaints("figures:\n  - x: position\n    y: suport\n"), "test.yaml:5:8"));
  CHECK(contains(complaints("figures: [{x: variance, y: support}]\n"), "at: last"));
  CHECK(contains(complaints("figures: [{x: variance, y: support, at: lost}]\n"), "did you mean 'last'"));
  CHECK(contains(complaints("figures: [{plot: heatmap, x: mean, y: variance, color: support}]\n"),
                 "is a series"));
  CHECK(contains(complaints("figures: [{x: position, y: support, theory: contrast}]\n"), "both"));
  CHECK(contains(complaints("figures: [{x: position, y: support, color: norm, log: color}]\n"), "no number"));
  CHECK(contains(complaints("figures: [{x: variance, y: contrast, color: variance}]\n"), "two axes"));
  CHECK(contains(complaints("figures: [{x: position, y: support, name: ../a}]\n"), "can't name a file"));
  CHECK(contains(
      complaints("figures: [{x: position, y: support, name: a}, {x: position, y: support, name: a}]\n"),
      "twice"));
  CHECK(contains(complaints("figures: {x: position}\n"), "expected a list"));
  CHECK(contains(complaints("figures: [{x: position, y: support, where: \"varience > 1\"}]\n"), "variance"));
}

TEST_CASE("a figure of an unknown kind is told once, since its other keys depend on the kind") {
  const std::string told =
      complaints("figures: [{plot: lime, x: suport, y: variance, color: mean, level: 3}]\n");
  CHECK(contains(told, "did you mean 'line'"));
  CHECK(std::count(told.begin(), told.end(), '\n') <= 1);
  CHECK_FALSE(contains(told, "suport"));
}

TEST_CASE("several errors of a figure are all told") {
  const std::string told = complaints("figures: [{x: positon, y: support, color: varience, facet: maen}]\n");
  CHECK(contains(told, "position"));
  CHECK(contains(told, "variance"));
  CHECK(contains(told, "'mean'"));
}

TEST_CASE("labels come from names and units, theory from the experiment") {
  const Config config = probe::config(
      "figures: [{x: variance, y: entropy}, {x: position, y: support}, {x: position, y: support, theory: "
      "none, ylabel: S}]\n");
  const auto figures = probe::figures(config);
  CHECK(figures[0].ylabel == "entropy [nats]");
  CHECK(figures[0].xlabel == "variance");
  CHECK(figures[0].name == "figure_1");
  REQUIRE(figures[1].theory.has_value());
  CHECK(figures[1].theory->metric == "support_theory");
  CHECK(!figures[2].theory.has_value());
  CHECK(figures[2].ylabel == "S");
}

TEST_CASE("wrong claims are told") {
  const auto claim = [](const std::string& keys) {
    return complaints("claims: [{id: C, text: t, " + keys + "}]\n");
  };
  CHECK(contains(claim("metric: contrast, test: diference, reference: 0, at_least: 1"),
                 "did you mean 'difference'"));
  CHECK(contains(claim("metric: contrast"), "test"));
  CHECK(contains(claim("metric: contrast, test: difference, at_least: 1"), "needs against"));
  CHECK(contains(claim("metric: contrast, test: difference, reference: 0"), "needs at_least or at_most"));
  CHECK(contains(claim("metric: support, test: difference, reference: 0, at_least: 1"), "is a series"));
  CHECK(contains(claim("metric: contrast, test: ratio, at_least: 1"), "needs against"));
  CHECK(contains(claim("metric: contrast, test: agreement, tolerance: 1"), "needs theory"));
  CHECK(contains(claim("metric: support, test: agreement"), "tolerance"));
  CHECK(contains(claim("metric: support, test: agreement, tolerance: 1, sampling: mean"), "integer"));
  CHECK(contains(claim("metric: support, test: agreement, tolerance: 1, norm: rms, sampling: samples"),
                 "norm: max"));
  CHECK(contains(claim("metric: contrast, test: monotone, along: norm, at_least: 1"), "no number"));
  CHECK(contains(claim("metric: contrast, test: monotone, along: varience, at_least: 1"),
                 "did you mean 'variance'"));
  CHECK(contains(claim("metric: contrast, test: bound"), "needs at_least"));
  CHECK(contains(claim("metric: contrast, test: bound, at_least: 2, at_most: 1"), "above at_most"));
  CHECK(contains(claim("metric: contrast, test: bound, at_least: 2, att_most: 1"), "did you mean 'at_most'"));
  CHECK(contains(claim("metric: contrast, test: bound, at_least: 2, by: [seed]"), "seed"));
  CHECK(contains(claim("metric: contrast, test: bound, at_least: 2, by: [maen]"), "did you mean 'mean'"));
  CHECK(contains(claim("metric: contrast, test: bound, at_least: 2, demand: hold"), "holds"));
  const std::string mean = "metric: contrast, test: difference, reference: 0, at_least: 1, ";
  CHECK(contains(claim(mean + "about: medain"), "did you mean 'median'"));
  CHECK(contains(claim(mean + "interval: bootstap"), "did you mean 'bootstrap'"));
  CHECK(contains(claim(mean + "about: median, interval: t"), "t is for claims about the mean"));
  CHECK(contains(claim(mean + "about: mean"), "difference of contrast has none; claim the median"));
  CHECK(contains(claim(mean + "about: share"), "needs the share"));
  CHECK(contains(claim(mean + "about: share, share: 1"), "above 0 and below 1"));
  CHECK(contains(claim(mean + "share: 0.5"), "goes with about: share"));
  CHECK(contains(claim(mean + "interval: permutation"), "expected one of"));
  CHECK(
      contains(claim("metric: contrast, test: monotone, along: variance, at_least: 1, interval: permutation"),
               "at_least: 0"));
  CHECK(contains(claim(mean + "lost: left"), "left_out"));
  CHECK(contains(complaints("claims: [onw]\n"), "did you mean 'own'"));
  CHECK(contains(complaints("claims: [own, own]\n"), "twice"));
}

TEST_CASE("a config takes claims of the experiment by their id") {
  const Config config =
      probe::config("claims: [own, {id: C, text: t, test: bound, metric: entropy, at_most: 2}, other]\n");
  const auto claims = probe::claims(config);
  REQUIRE(claims.size() == 3);
  CHECK(claims[0].text == "contrast is large");
  CHECK(claims[1].at_most == 2);
  CHECK(claims[2].test->name == "bound");
}
