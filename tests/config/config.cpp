#include "core/config/config.hpp"
#include "core/system/path_name.hpp"

#include <doctest/doctest.h>

#include "tests/support/specimen.hpp"

using namespace qklab;
using specimen::trials_of;

TEST_CASE("config: nested names are the same however they are written") {
  const std::string expected = "init.mean=0 init.variance=2\ninit.mean=1 init.variance=2";
  const std::vector<std::string> names = {"init.mean", "init.variance"};
  CHECK(trials_of("params: {init: {variance: 2}}\nsweep: {init: {mean: [0, 1]}}\n", names) == expected);
  CHECK(trials_of("params: {init.variance: 2}\nsweep: {init.mean: {values: [0, 1]}}\n", names) == expected);
}

TEST_CASE("config: zip moves together, and two zips multiply") {
  CHECK(trials_of("sweep: {zip: [{dim: [32, 64], length: [16, 8]}]}\n", {"dim", "length"}) ==
        "dim=32 length=16\ndim=64 length=8");
  CHECK(trials_of("sweep: {zip: [{dim: [1, 2], length: [3, 4]}, {mean: [0, 1], skip: [true, false]}]}\n",
                  {"dim", "length", "mean", "skip"}) ==
        "dim=1 length=3 mean=0 skip=true\ndim=1 length=3 mean=1 skip=false\n"
        "dim=2 length=4 mean=0 skip=true\ndim=2 length=4 mean=1 skip=false");
}

TEST_CASE("config: grid is the union of its items, each a sweep of its own") {
  CHECK(trials_of("sweep:\n  grid:\n    - {norm: pre, mean: [0, 1]}\n    - {mean: 2, norm: [post, none]}\n",
                  {"norm", "mean"}) ==
        "norm=pre mean=0\nnorm=pre mean=1\nnorm=post mean=2\nnorm=none mean=2");
  CHECK(trials_of("sweep:\n  grid:\n    - {zip: [{dim: [1, 2], length: [3, 4]}]}\n"
                  "    - grid: [{dim: 5, length: 6}, {dim: 7, length: 8}]\n",
                  {"dim", "length"}) == "dim=1 length=3\ndim=2 length=4\ndim=5 length=6\ndim=7 length=8");
}

TEST_CASE("config: seeds are counted, listed, or a parameter like any other") {
  CHECK(trials_of("", {"seed"}) == "seed=0");
  CHECK(trials_of("seeds: 3\n", {"seed"}) == "seed=0\nseed=1\nseed=2");
  CHECK(trials_of("seeds: [3, 5]\n", {"seed"}) == "seed=3\nseed=5");
  CHECK(trials_of("seeds: [3]\n", {"seed"}) == "seed=3");
  CHECK(trials_of("params: {seed: 7}\n", {"seed"}) == "seed=7");
  CHECK(trials_of("sweep: {seed: [7, 8]}\n", {"seed"}) == "seed=7\nseed=8");
}

TEST_CASE("config: non-finite numbers pass where the parameter allows them") {
  CHECK(trials_of("params: {limit: .inf}\n", {"limit"}) == "limit=inf");
  CHECK(trials_of("sweep: {limit: [.nan, -.inf]}\n", {"limit"}) == "limit=nan\nlimit=-inf");
}

TEST_CASE("config: a preset replaces what it names, wherever that was set") {
  const std::string body =
      "params: {length: 8, dim: 4}\nsweep: {mean: [0, 1], zip: [{init.mean: [0, 1], init.variance: [2, "
      "3]}]}\n"
      "presets:\n"
      "  smoke: {params: {mean: 5}}\n"
      "  paper: {sweep: {length: [1, 2], init: {mean: [7, 8]}}, where: 'mean == 0', seeds: 2}\n";
  const std::vector<std::string> names = {"length", "mean", "init.mean", "init.variance", "seed"};
  CHECK(trials_of(body, {"mean", "init.mean"}) ==
        "mean=0 init.mean=0\nmean=0 init.mean=1\n"
        "mean=1 init.mean=0\nmean=1 init.mean=1");
  CHECK(trials_of(body, {"mean", "init.mean", "init.variance"}, {}, "smoke") ==
        "mean=5 init.mean=0 init.variance=2\nmean=5 init.mean=1 init.variance=3");
  const auto paper = specimen::read(body, {}, "paper");
  const auto lines = specimen::trials(paper.config.sweep, names);
  CHECK(lines.size() == 2 * 2 * 2 * 2);  // length, init.mean, what is left of the zip, seeds
  CHECK(lines.front() == "length=1 mean=0 init.mean=7 init.variance=2 seed=0");
}

TEST_CASE("config: an unknown preset names those that there are, and all are validated") {
  const std::string body = "presets:\n  smoke: {params: {mena: 5}}\n  paper: {seed: 3}\n";
  CHECK(trials_of("presets: {smoke: {seeds: 1}}\n", {}, {}, "smok") ==
        "t.yaml:3:10: no preset 'smok' (did you mean 'smoke'?); there are smoke, fast");
  CHECK(trials_of(body, {}) ==
        "t.yaml:4:20: unknown parameter 'mena' (did you mean 'mean'?)\n"
        "t.yaml:5:11: unknown key 'seed' in preset 'paper' (did you mean 'seeds'?)");
}

TEST_CASE("config: every error of a file is told, in the order of its lines") {
  CHECK(trials_of("where: 'mean > '\nsweep: {dim: [4, x, 0]}\nparams: {varience: 1, norm: pres}\nseedz: 3\n",
                  {}) ==
        "t.yaml:3:16: where: ends too early: a value is missing\n"
        "t.yaml:4:18: 'dim': expected an integer in [1, 8192], got 'x'\n"
        "t.yaml:4:21: 'dim': expected an integer in [1, 8192], got 0\n"
        "t.yaml:5:10: unknown parameter 'varience' (did you mean 'variance'?)\n"
        "t.yaml:5:29: 'norm': expected one of none, pre, post, got 'pres' (did you mean 'pre'?)\n"
        "t.yaml:6:1: unknown key 'seedz' in config (did you mean 'seeds'?)");
}

TEST_CASE("config: figures and claims are passed on as they are") {
  const auto reading = specimen::read("figures: [{plot: line}]\n");
  CHECK(reading.messages.empty());
  CHECK(reading.config.figures.IsSequence());
  CHECK(reading.config.claims.IsNull());
  CHECK(reading.config.name == "t");
  CHECK(reading.config.experiment == &specimen::experiment());
}

TEST_CASE("config: a required parameter must be set somewhere") {
  Experiment experiment = specimen::make();
  experiment.name = "demanding";
  experiment.parameters.add(integer("depth", "layers"));
  register_experiment(std::move(experiment));
  const auto messages = [](const std::string& body, const std::vector<std::string>& overrides) {
    return specimen::joined(
        specimen::read_file_text("name: t\nexperiment: demanding\n" + body, overrides).messages);
  };
  CHECK(messages("", {}) ==
        "t.yaml:2:13: parameter 'depth' of experiment 'demanding' has no default: set it (layers)");
  CHECK(messages("params: {depth: 3}\n", {}) == "");
  CHECK(messages("", {"depth=1,2"}) == "");
}

TEST_CASE("config: names that may become paths") {
  for (const char* const good : {"a", "fig_1", "A-b.c", "9"}) CHECK(is_path_name(good));
  for (const char* const bad :
       {"", ".", "..", ".a", "a..b", "a/b", "/a", "a b", "a\n", "-a", "~", "a\\b", "ä"})
    CHECK_FALSE(is_path_name(bad));
  CHECK_FALSE(is_path_name(std::string(129, 'a')));
}

TEST_CASE("config: sections whose entries are all commented out are as good as none") {
  for (const char* const section : {"params", "sweep", "presets"})
    CHECK(trials_of(std::string(section) + ":\n#  dim: 4\n", {"dim"}) == "dim=64");
  CHECK(trials_of("params: {dim: 8}\npresets:\n  smoke:\n#   seeds: 1\n", {"dim"}, {}, "smoke") == "dim=8");
  CHECK(trials_of("presets:\n  smoke: {params: , sweep: }\n", {"dim"}, {}, "smoke") == "dim=64");
  CHECK(trials_of("params: 7\n", {}) == "t.yaml:3:9: params: expected a map from parameters to values");
  CHECK(trials_of("presets: {smoke: 3}\n", {}) == "t.yaml:3:18: preset 'smoke': expected a map, got a value");
}

TEST_CASE("config: fewer different values than were asked for are told") {
  const auto told = [](const std::string& body) {
    return specimen::joined(specimen::read(body).config.sweep.repetitions());
  };
  CHECK(told("sweep: {norm: {random: {choice: [none, post], n: 50}}}\n") ==
        "'norm': 50 values were asked for, of which 2 differ; equal trials are run once");
  CHECK(told("sweep: {mean: [0, 1, 0.0], dim: {random: {uniform: [1, 2], n: 9}}}\n") ==
        "'mean': 3 values were asked for, of which 2 differ; equal trials are run once\n"
        "'dim': 9 values were asked for, of which 2 differ; equal trials are run once");
  CHECK(told("sweep: {mean: [0, 1], dim: {random: {uniform: [1, 8000], n: 3}}}\nseeds: 3\n") == "");
}

TEST_CASE("config: numbers and truth are read alike wherever they stand") {
  const auto sweep = [](const std::string& body) {
    const auto reading = specimen::read(body);
    REQUIRE_MESSAGE(reading.messages.empty(), specimen::joined(reading.messages));
    return reading.config.sweep;
  };
  CHECK(sweep("seeds: 1e1\nparams: {skip: TRUE, train: {steps: 1e2}}\n").ids().size() == 10);
  CHECK(trials_of("seeds: 2.5\n", {}) == "t.yaml:3:8: 'seed': expected an integer of at least 1, got '2.5'");
}

TEST_CASE("config: columns are counted in characters, as editors count them") {
  const auto place = [](const std::string& file, const std::string& part) {
    for (const std::string& message : specimen::read_file_text(file).messages)
      if (message.find(part) != std::string::npos) return message.substr(0, message.find(": "));
    return "no message of " + part;
  };
  const std::string head = "name: t\nexperiment: specimen\n", mark = "\xEF\xBB\xBF";
  // Four characters: of one byte each, of two, of three.
  for (const std::string& four : {std::string("eeee"), std::string("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"),
                                  std::string("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC")}) {
    CAPTURE(four);
    CHECK(place(head + "params: {" + four + ": 1, dim: x}\n", "'dim'") == "t.yaml:3:24");
    CHECK(place(head + "where: \"'" + four + "' != 'pre' and dimm == 1\"\n", "'dimm'") == "t.yaml:3:29");
    CHECK(place(head + "params: {" + four + ": ]}\n", "no valid YAML") == "t.yaml:3:16");
    CHECK(place(head + "sweep: {" + four + ": 1, dim: [1, {a: 2}]}\n", "'dim'") == "t.yaml:3:27");
    CHECK(place(mark + "{name: t, experiment: specimen, " + four + ": 1, zz: 2}\n", "'zz'") == "t.yaml:1:42");
    CHECK(place("# " + four + "\n" + head + "params: {dim: x}\n", "'dim'") == "t.yaml:4:15");
  }
}

TEST_CASE(
    "config: of a condition that the file does not hold as it reads, characters are counted by themselves") {
  const auto said = [](const std::string& where) { return specimen::joined(specimen::read(where).messages); };
  CHECK(said("where: dimm == 1\n").starts_with("t.yaml:3:8: where: unknown"));
  CHECK(said("where: dim == 1 and dimm == 1\n").starts_with("t.yaml:3:21: where: unknown"));
  CHECK(said("where: >\n  dim == 1\n  and dimm == 1\n")
            .starts_with("t.yaml:3:9: where: at character 14: unknown"));
  CHECK(said("where: \"\\x20dimm == 1\"\n").starts_with("t.yaml:3:9: where: at character 2: unknown"));
  CHECK(said("where: 'norm == ''pre'' and dimm == 1'\n")
            .starts_with("t.yaml:3:9: where: at character 19: unknown"));
  CHECK(said("where: \"dim == 1\n  and dimm == 1\"\n")
            .starts_with("t.yaml:3:9: where: at character 14: unknown"));
}
