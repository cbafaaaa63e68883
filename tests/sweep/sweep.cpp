#include "core/sweep/sweep.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <set>

#include "core/sweep/id_set.hpp"
#include "tests/support/specimen.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using specimen::joined;
using specimen::trials_of;

TEST_CASE("sweep: trials are nested loops as written, the last fastest, seeds innermost") {
  std::string expected;
  for (const int mean : {1, 0})
    for (const int dim : {8, 16, 4})
      for (const int seed : {0, 1})
        expected += (expected.empty() ? "mean=" : "\nmean=") + std::to_string(mean) +
                    " dim=" + std::to_string(dim) + " seed=" + std::to_string(seed);
  CHECK(trials_of("seeds: 2\nsweep: {mean: [1, 0], dim: [8, 16, 4]}\n", {"mean", "dim", "seed"}) == expected);
}

TEST_CASE("sweep: defaults are derived from the values of each trial") {
  CHECK(trials_of("sweep: {dim: [4, 16]}\n", {"temperature", "length"}) ==
        "temperature=2 length=32\ntemperature=4 length=32");
  CHECK(trials_of("sweep: {dim: [4, 16]}\nparams: {temperature: 1}\n", {"temperature"}) ==
        "temperature=1\ntemperature=1");
}

TEST_CASE("sweep: ids of the walk are the ids of the parameters") {
  const auto reading = specimen::read(
      "sweep:\n  mean: {linspace: [0, 1, 7]}\n  zip: [{dim: [4, 8], length: [2, 3]}]\n"
      "  grid: [{norm: [pre, post], skip: true}, {norm: none, skip: [true, false]}]\nseeds: 3\n");
  REQUIRE_MESSAGE(reading.messages.empty(), joined(reading.messages));
  const Sweep& sweep = reading.config.sweep;
  std::set<std::uint64_t> seen;
  std::vector<std::uint64_t> ids;
  sweep.for_each([&](const TrialSpec& trial) {
    CHECK(trial.id == trial_id(sweep.experiment(), trial.params));
    seen.insert(trial.id);
    ids.push_back(trial.id);
    return true;
  });
  CHECK(ids.size() == 7 * 2 * 4 * 3);
  CHECK(seen.size() == ids.size());
  CHECK(ids == sweep.ids());
  CHECK(sweep.grid_size() == ids.size());
}

TEST_CASE("sweep: identity depends on values and version, not on order or spelling") {
  const auto ids = [](const std::string& body) { return specimen::read(body).config.sweep.ids(); };
  const auto reference = ids("params: {mean: 2, dim: 32}\n");
  CHECK(ids("params: {dim: 32, mean: 2.0}\n") == reference);
  CHECK(ids("sweep: {mean: 2e0}\nparams: {dim: 3.2e1, norm: pre}\n") == reference);
  CHECK(ids("params: {mean: 2, dim: 32, seed: 0}\n") == reference);
  CHECK(ids("params: {mean: 2, dim: 33}\n") != reference);
  // Exchanging the values of two parameters gives other trials.
  CHECK(ids("params: {dim: 8, length: 16}\n") != ids("params: {dim: 16, length: 8}\n"));

  Experiment one = specimen::experiment(), two = one;
  two.version = 2;
  Parameters params(one.parameters);
  CHECK(trial_id(one, params) != trial_id(two, params));
}

TEST_CASE("sweep: identity does not depend on the order of declaration") {
  const auto id = [](std::initializer_list<Parameter> order) {
    Experiment experiment;
    experiment.name = "order";
    experiment.parameters = Schema(order);
    Parameters params(experiment.parameters);
    for (std::size_t i = 0; i < experiment.parameters.size(); ++i)
      params.set(i, *experiment.parameters[i].fallback);
    return trial_id(experiment, params);
  };
  const Parameter a = real("a", 1, ""), b = text("b", "x", "");
  CHECK(id({a, b}) == id({b, a}));
}

TEST_CASE("sweep: a parameter that is added later leaves the trials that were there what they were") {
  Experiment before = test::make_walker();
  before.name = "grown";
  Experiment added = before;
  added.parameters.add(real("width", 2, "").added_later());
  const Experiment& after = register_experiment(added);  // this adds the seed
  before.parameters.add(integer("seed", 0, ""));
  const std::vector<TrialSpec> trials =
      test::specs_of(test::sweep_of(after, "sweep: {number: [0, 1], width: [2, 3]}\n"));
  REQUIRE(trials.size() == 4);
  std::set<std::uint64_t> ids;
  for (const TrialSpec& trial : trials) {
    Parameters known(before.parameters);
    for (std::size_t i = 0; i < before.parameters.size(); ++i)
      known.set(i, trial.params[*after.parameters.find(before.parameters[i].name)]);
    CHECK((trial.id == trial_id(before, known)) == (trial.params.real("width") == 2));
    CHECK(trial.id == trial_id(after, trial.params));
    ids.insert(trial.id);
  }
  CHECK(ids.size() == 4);
  const std::string sweep = "sweep: {number: [0, 1]}\n";
  CHECK(test::sweep_of(after, sweep).ids() == std::vector{trials[0].id, trials[2].id});
  CHECK(test::sweep_of(after, sweep + "params: {width: 2}\n").ids() == test::sweep_of(after, sweep).ids());
}

TEST_CASE("sweep: equal trials are visited once, and where leaves points out") {
  CHECK(trials_of("sweep: {mean: [0, 1, 0.0, 1e0]}\n", {"mean"}) == "mean=0\nmean=1");
  CHECK(trials_of("sweep: {mean: [0, 1], variance: [0, 1]}\nwhere: mean > 0 or variance > 0\n",
                  {"mean", "variance"}) == "mean=0 variance=1\nmean=1 variance=0\nmean=1 variance=1");
  CHECK(trials_of("sweep: {dim: [4, 16]}\nwhere: temperature > 3\n", {"dim"}) == "dim=16");
}

TEST_CASE("sweep: a visit may stop early") {
  const auto reading = specimen::read("seeds: 10000000\n");
  int visits = 0;
  reading.config.sweep.for_each([&](const TrialSpec&) { return ++visits < 5; });
  CHECK(visits == 5);
}

TEST_CASE("sweep: points that cannot be run are errors with a place") {
  const auto refusal = [](const std::string& body) -> std::string {
    const auto reading = specimen::read(body);
    CHECK(reading.messages.empty());
    try {
      reading.config.sweep.ids();
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  };
  CHECK(refusal("sweep: {mean: [0, 1]}\nwhere: mean > 2\n") ==
        "t.yaml:4:8: where: 'mean > 2' leaves no trial");
  const std::string unlucky = refusal("sweep: {dim: [4, 13]}\n");
  CHECK(
      unlucky ==
      "t.yaml:3:8: dim is unlucky (at dim=13); 'where' leaves points out, as in where: \"not (dim == 13)\"");
  CHECK(refusal("sweep: {dim: [4, 13]}\nwhere: dim != 13\n") == "");
}

TEST_CASE("sweep: varied names what varies") {
  const auto reading = specimen::read(
      "sweep: {mean: [0, 1], dim: [4], zip: [{length: [1, 2], skip: [true, false]}]}\nseeds: 3\n");
  std::vector<std::string> names;
  for (const std::size_t i : reading.config.sweep.varied())
    names.push_back(specimen::experiment().parameters[i].name);
  CHECK(names == std::vector<std::string>{"length", "mean", "skip"});
}

TEST_CASE("sweep: grid size saturates") {
  const auto reading = specimen::read(
      "sweep:\n  mean: {linspace: [0, 1, 10000000]}\n  variance: {linspace: [0, 1, 10000000]}\n"
      "  init.mean: {linspace: [0, 1, 10000000]}\n");
  CHECK(reading.messages.empty());
  CHECK(reading.config.sweep.grid_size() == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("sweep: names of trials read back") {
  CHECK(trial_name(0xab) == "00000000000000ab");
  CHECK(parse_trial_name("00000000000000ab") == 0xab);
  CHECK(parse_trial_name("ffffffffffffffff") == 0xffffffffffffffff);
  CHECK_FALSE(parse_trial_name("ab").has_value());
  CHECK_FALSE(parse_trial_name("00000000000000ag").has_value());
  CHECK_FALSE(parse_trial_name("-0000000000000ab").has_value());
}

TEST_CASE("sweep: a set of ids holds each once, zero included") {
  IdSet ids;
  for (const int round : {0, 1})
    for (std::uint64_t i = 0; i < 5000; ++i) CHECK(ids.insert(i * 0x10000) == (round == 0));
}

TEST_CASE("sweep: ten times the trials take some ten times as long to name, not a hundred times") {
  // CPU time of this process, so that other processes on this machine do not count.
  const auto seconds = [](std::size_t seeds) {
    const auto reading = specimen::read(
        "sweep: {dim: {range: [1, 12, 1]}, mean: {linspace: [0, 1, 84]}}\nseeds: " + std::to_string(seeds) +
        "\nwhere: mean >= 0\n");
    REQUIRE(reading.messages.empty());
    const std::clock_t begin = std::clock();
    CHECK(reading.config.sweep.ids().size() == 1008 * seeds);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  double ratio = 1e9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const double few = seconds(100), many = seconds(1000);
    ratio = std::min(ratio, many / few);
  }
  MESSAGE("ids of 10^6 trials take " << ratio << " times as long as of 10^5");
  CHECK(ratio < 40);
}
