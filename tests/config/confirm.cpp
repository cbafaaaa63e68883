// `confirm:`: seeds that are reserved, and the sweep that draws them.
#include "core/config/confirm.hpp"

#include <doctest/doctest.h>

#include <set>

#include "core/directory/loaded.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

std::string errors_of(const std::string& rest, const std::vector<std::string>& overrides = {}) {
  probe::experiment();
  Diagnostics diagnostics;
  ConfigSource source;
  source.file = "test.yaml";
  source.text = "name: test\nexperiment: probe\n" + rest;
  source.overrides = overrides;
  parse_config(source, diagnostics);
  std::string text;
  for (const std::string& message : diagnostics.messages()) text += message + '\n';
  return text;
}

Loaded reserved(const std::string& rest, std::uint64_t round = 0) {
  ConfigSource source = probe::config(rest).source;
  source.confirming = Confirming{round, {}};
  return load_config(source);
}

std::set<std::int64_t> seeds_of(const Sweep& sweep) {
  std::set<std::int64_t> seeds;
  sweep.for_each([&](const TrialSpec& trial) { return seeds.insert(trial.params.integer("seed")), true; });
  return seeds;
}

const std::string two_claims =
    "claims:\n"
    "  - {id: a, text: t, test: difference, metric: contrast, where: mean == 0, against: mean == 1, "
    "at_least: 0}\n"
    "  - {id: b, text: t, test: difference, metric: contrast, where: mean == 0, reference: 0, at_least: 0, "
    "demand: holds}\n";

}  // namespace

TEST_CASE("confirm: reserves seeds, which presets and arguments can set too") {
  CHECK(probe::config("").confirm_seeds == 0);
  CHECK(probe::config("confirm: {seeds: 32}\n").confirm_seeds == 32);
  CHECK(probe::config("confirm: none\n").confirm_seeds == 0);
  CHECK(probe::config("confirm: {seeds: 32}\npresets: {fast: {confirm: {seeds: 8}}}\n").confirm_seeds == 8);
  CHECK(probe::config("confirm: {seeds: 32}\npresets: {fast: {confirm: none}}\n").confirm_seeds == 0);
  CHECK(errors_of("confirm: {seeds: 32}\n", {"confirm.seeds=4"}).empty());
}

TEST_CASE("confirm: what cannot be confirmed is reported where it is written") {
  CHECK(contains(errors_of("confirm: 32\n"), "test.yaml:3:10: confirm: expected {seeds: HOW_MANY}"));
  CHECK(contains(errors_of("confirm: {seeds: 1}\n"), "test.yaml:3:18: confirm: seeds: expected how many"));
  CHECK(contains(errors_of("confirm: {seeds: .nan}\n"), "test.yaml:3:18: confirm: seeds: expected how many"));
  CHECK(contains(errors_of("confirm: {}\n"), "confirm: seeds: expected how many"));
  CHECK(contains(errors_of("confirm: {seed: 32, seeds: 2}\n"),
                 "test.yaml:3:11: unknown key 'seed' in confirm"));
  CHECK(contains(errors_of("confrim: {seeds: 32}\n"), "did you mean 'confirm'"));
  CHECK(contains(errors_of("confirm: {seeds: 4}\nseeds: [1, 1099511627777]\n"),
                 "test.yaml:4:8: seeds: 1099511627777 is reserved"));
  CHECK(errors_of("confirm: {seeds: 4}\nseeds: [1, 1099511627776]\n").empty());
  CHECK(errors_of("seeds: [1, 1099511627777]\n").empty());  // nothing is reserved
  CHECK(contains(errors_of("confirm: {seeds: 4}\nsweep: {zip: [{seed: [0, 1], mean: [0, 1]}]}\n"),
                 "test.yaml:3:18: confirm: the seeds must have an axis of their own"));
  CHECK(contains(errors_of("sweep: {confirm: {seeds: 4}}\n"), "it stands beside 'sweep', not in it"));
  CHECK(contains(errors_of("", {"confirm.seeds=x"}), "confirm: seeds: expected how many"));
}

TEST_CASE("a confirming run has reserved seeds only, and other ones in each round") {
  const std::string text = "sweep: {mean: [0, 1, 2]}\nseeds: 3\nconfirm: {seeds: 4}\n" + two_claims;
  const Loaded first = reserved(text), second = reserved(text, 1);
  const std::int64_t from = std::int64_t{1} << 40;
  CHECK(seeds_of(first.config.sweep) == std::set<std::int64_t>{from + 1, from + 2, from + 3, from + 4});
  for (const std::int64_t seed : seeds_of(second.config.sweep)) {
    CHECK(seed > from);
    CHECK_FALSE(seeds_of(first.config.sweep).contains(seed));
  }
  CHECK(first.config.sweep.ids().size() == 2 * 4);  // no claim reads mean = 2
  CHECK(first.claims[0].sweep.ids().size() == 2 * 4);
  CHECK(first.figures.empty());
  CHECK_FALSE(first.claims[1].demand_holds);  // demands are made of the exploring run
}

TEST_CASE("a confirming run has the points that the exploring run ended with, and nothing grows") {
  const std::string text =
      "sweep: {variance: [1, 2]}\nseeds: {until: {metric: contrast, ci: 0.1, min: 2, max: 9}}\n"
      "confirm: {seeds: 4}\n" +
      two_claims;
  const Config config = probe::config(text);
  ConfigSource source = config.source;
  const std::size_t variance = *config.experiment->parameters.find("variance");
  const Sweep grown = config.sweep.with_points({{{variance, 1.25}}, {{variance, 1.5}}});
  source.confirming = confirming_of(grown, 0);
  CHECK(parse_confirming_json(confirming_json(*source.confirming)) == *source.confirming);
  Diagnostics diagnostics;
  const Config fixed = parse_config(source, diagnostics);
  REQUIRE(diagnostics.empty());
  CHECK(fixed.sweep.strategies().empty());
  std::multiset<double> variances;
  fixed.sweep.for_each(
      [&](const TrialSpec& trial) { return variances.insert(trial.params.real("variance")), true; });
  for (const double each : {1.0, 1.25, 1.5, 2.0}) CHECK(variances.count(each) == 4);
  CHECK(variances.size() == 16);
}
