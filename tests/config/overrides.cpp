#include "core/config/overrides.hpp"

#include <doctest/doctest.h>

#include "tests/support/specimen.hpp"

using namespace qklab;
using specimen::trials_of;

TEST_CASE("overrides: one value, several, or a form") {
  CHECK(trials_of("", {"mean"}, {"mean=0.5"}) == "mean=0.5");
  CHECK(trials_of("", {"mean"}, {"mean=0,0.5, 1"}) == "mean=0\nmean=0.5\nmean=1");
  CHECK(trials_of("", {"mean"}, {"mean=linspace(0,1,3)"}) == "mean=0\nmean=0.5\nmean=1");
  CHECK(trials_of("", {"mean"}, {"mean=[0, 0.5,1]"}) == "mean=0\nmean=0.5\nmean=1");
  CHECK(trials_of("", {"mean"}, {"mean=range(0, 1, 0.5)"}) == "mean=0\nmean=0.5\nmean=1");
  CHECK(trials_of("", {"variance"}, {"variance=logspace(0.1,10,3)"}) ==
        "variance=0.1\nvariance=1\nvariance=10");
  CHECK(trials_of("", {"mean"}, {"mean=values(3,4)"}) == "mean=3\nmean=4");
  CHECK(trials_of("", {"train.steps"}, {"train.steps=1e2"}) == "train.steps=100");
  CHECK(trials_of("", {"task"}, {"task=a=b"}) == "task=a=b");
}

TEST_CASE("overrides: a parameter is taken from wherever it was") {
  const std::string body =
      "params: {length: 8}\nsweep:\n  mean: [0, 1]\n  zip: [{dim: [4, 8], norm: [pre, post]}]\n"
      "  grid: [{init: {mean: 0, variance: 1}}, {init: {mean: 1, variance: 2}}]\n";
  CHECK(trials_of(body, {"mean", "length"},
                  {"mean=3", "dim=4", "norm=pre", "init.mean=0", "init.variance=0"}) == "mean=3 length=8");
  CHECK(trials_of(body, {"length", "mean"},
                  {"sweep.length=1,2", "params.mean=3", "dim=4", "norm=pre", "init.mean=0",
                   "init.variance=0"}) == "length=1 mean=3\nlength=2 mean=3");
  // The rest of a zip or grid stays.
  CHECK(trials_of(body, {"dim", "norm"}, {"mean=0", "dim=16", "init.mean=0", "init.variance=0"}) ==
        "dim=16 norm=pre\ndim=16 norm=post");
  CHECK(trials_of(body, {"init.mean", "init.variance"}, {"mean=0", "dim=16", "norm=pre", "init.mean=5"}) ==
        "init.mean=5 init.variance=1\ninit.mean=5 init.variance=2");
}

TEST_CASE("overrides: seeds, where, name and presets") {
  CHECK(trials_of("seeds: 5\n", {"seed"}, {"seeds=2"}) == "seed=0\nseed=1");
  CHECK(trials_of("seeds: 5\n", {"seed"}, {"seeds=3,5"}) == "seed=3\nseed=5");
  CHECK(trials_of("seeds: 5\n", {"seed"}, {"seed=9"}) == "seed=9");
  CHECK(trials_of("sweep: {mean: [0, 1]}\nwhere: mean > 0\n", {"mean"}, {"where=mean<1 and dim==64"}) ==
        "mean=0");
  CHECK(specimen::read("", {"name=foo"}).config.name == "foo");
  CHECK(trials_of("presets: {smoke: {params: {mean: 5, dim: 4}}}\n", {"mean", "dim"}, {"mean=6"}, "smoke") ==
        "mean=6 dim=4");
}

TEST_CASE("overrides: errors name the argument") {
  const auto message = [](const std::vector<std::string>& overrides) { return trials_of("", {}, overrides); };
  CHECK(message({"maen=0"}) == "argument 'maen=0': unknown parameter 'maen' (did you mean 'mean'?)");
  CHECK(message({"mean"}) == "argument 'mean': expected KEY=VALUE, such as mean=0.5");
  CHECK(message({"=3"}) == "argument '=3': expected KEY=VALUE, such as mean=0.5");
  CHECK(message({"mean="}) == "argument 'mean=': the value is missing");
  CHECK(message({"mean=1", "mean=2"}) == "argument 'mean=2': 'mean' is given twice");
  CHECK(message({"mean=1", "params.mean=2"}) == "argument 'params.mean=2': 'mean' is given twice");
  CHECK(message({"seeds=2", "seed=3"}) == "argument 'seed=3': 'seed' is set by another argument already");
  CHECK(message({"mean=1,,2"}) == "argument 'mean=1,,2': 'mean': expected a number in [-10, 10], got ''");
  CHECK(message({"mean=nan"}) == "argument 'mean=nan': 'mean': expected a number in [-10, 10], got nan");
  CHECK(message({"mean=linspace(0,1)"}) ==
        "argument 'mean=linspace(0,1)': 'mean': expected linspace: [first, last, n], got 2 values");
  CHECK(message({"mean=cube(1,2)"}).starts_with("argument 'mean=cube(1,2)': 'mean': expected a number"));
  CHECK(message({"norm=prr"}) ==
        "argument 'norm=prr': 'norm': expected one of none, pre, post, got 'prr' (did you mean 'pre'?)");
  CHECK(message({"seeds=0"}) == "argument 'seeds=0': 'seed': expected an integer of at least 1, got 0");
  CHECK(message({"name=../x"}).starts_with("argument 'name=../x': a name may hold letters"));
  CHECK(message({"where=mean=1"}) == "argument 'where=mean=1': where: at character 5: write == to compare");
  CHECK(message({"figures=x"}).starts_with("argument 'figures=x': unknown parameter 'figures'"));
  CHECK(message({"init=3"}) == "argument 'init=3': unknown parameter 'init' (did you mean 'init.mean'?)");
}

TEST_CASE("overrides: errors of the file come first, in the order of lines") {
  CHECK(trials_of("params: {mena: 1}\nseeds: x\n", {}, {"maen=0"}) ==
        "t.yaml:3:10: unknown parameter 'mena' (did you mean 'mean'?)\n"
        "t.yaml:4:8: 'seed': expected an integer of at least 1, got 'x'\n"
        "argument 'maen=0': unknown parameter 'maen' (did you mean 'mean'?)");
}

TEST_CASE("overrides: text with commas is quoted, or its commas are") {
  const auto tasks = [](const std::string& value) { return trials_of("", {"task"}, {"task=" + value}); };
  for (const char* const one : {"\"a, b\"", "'a, b'", "a\\, b", "  'a, b'  "})
    CHECK(tasks(one) == "task=a, b");
  CHECK(tasks("\"a,b\",c,'d,e'") == "task=a,b\ntask=c\ntask=d,e");
  CHECK(tasks("a\\,b,c") == "task=a,b\ntask=c");
  CHECK(tasks("\"say \\\"no\\\" \\\\ \\n\"") == "task=say \"no\" \\ \\n");
  CHECK(tasks("'it''s'") == "task=it's");
  CHECK(tasks("it's, so") == "task=it's\ntask=so");
  CHECK(tasks("C:\\dir\\file") == "task=C:\\dir\\file");
  CHECK(tasks("''") == "task=");
  CHECK(tasks("values('a,b',c)") == "task=a,b\ntask=c");
  CHECK(tasks("'range(1,2)'") == "task=range(1,2)");
  CHECK(trials_of("", {"mean"}, {"mean='1'"}) ==
        "argument 'mean='1'': 'mean': expected a number, got the text '1'");
}

TEST_CASE("overrides: a quote that goes wrong is told") {
  CHECK(trials_of("", {}, {"task='a,b"}) == "argument 'task='a,b': a quote (') is not closed");
  CHECK(trials_of("", {}, {"task=\"a\" b"}) == "argument 'task=\"a\" b': 'b' stands behind a closing quote");
}

TEST_CASE("overrides: bytes that are no text are refused, since nothing would keep them") {
  CHECK(trials_of("", {}, {"task=caf\xe9"}) == "argument 'task=caf\\xE9': byte 0xE9 is no UTF-8 text");
  CHECK(trials_of("", {}, {"task=a\x1b"}).starts_with("argument 'task=a\\x1B': control character 0x1B"));
  CHECK(trials_of("", {"task"}, {"task=caf\xc3\xa9"}) == "task=caf\xc3\xa9");
}

TEST_CASE("overrides: random axes, zip, grid and strategies are written as in a config") {
  CHECK(trials_of("", {"mean"}, {"mean=random(normal(0,1),3)"}) ==
        trials_of("sweep: {mean: {random: {normal: [0, 1], n: 3}}}\n", {"mean"}));
  CHECK(trials_of("", {"mean"}, {"mean=random(uniform( 0, 1 ), 3, 7)"}) ==
        trials_of("sweep: {mean: {random: {uniform: [0, 1], n: 3, seed: 7}}}\n", {"mean"}));
  CHECK(trials_of("", {"dim", "length"}, {"zip=[{dim: [4, 8], length: [2, 3]}]"}) ==
        "dim=4 length=2\ndim=8 length=3");
  CHECK(trials_of("sweep: {dim: [1, 2]}\n", {"dim", "mean"},
                  {"grid=[{dim: [4], mean: [0, 1]}, {dim: [8], mean: [5]}]"}) ==
        "dim=4 mean=0\ndim=4 mean=1\ndim=8 mean=5");
  const auto message = [](const std::vector<std::string>& overrides) { return trials_of("", {}, overrides); };
  CHECK(message({"mean=random(normal(0,1))"}).starts_with("argument 'mean=random(normal(0,1))': 'mean'"));
  CHECK(message({"mean=random(norml(0,1),2)"}).starts_with("argument 'mean=random(norml(0,1),2)': 'mean'"));
  CHECK(message({"zip=[{dim: [4, 8], length: [2]}]"}).find("move together") != std::string::npos);
  CHECK(message({"grid=3"}) == "argument 'grid=3': grid: expected a list of maps");
  CHECK(message({"grid=[{dim: 1"}).starts_with("argument 'grid=[{dim: 1': "));
  CHECK(message({"zip=[{dim: [4]}]", "dim=3"}) ==
        "argument 'dim=3': 'dim' is set by another argument already");
  CHECK(message({"dim=3", "zip=[{dim: [4]}]"}) ==
        "argument 'zip=[{dim: [4]}]': 'dim' is set by another argument already");
}

TEST_CASE("points are added behind the grid, with all seeds") {
  CHECK(trials_of("sweep: {mean: [0, 1], points: [{mean: 0.25}, {mean: 7}]}\nseeds: 2\n", {"mean", "seed"}) ==
        "mean=0 seed=0\nmean=0 seed=1\nmean=1 seed=0\nmean=1 seed=1\n"
        "mean=0.25 seed=0\nmean=0.25 seed=1\nmean=7 seed=0\nmean=7 seed=1");
  // A point may set what the config sets to one value, or not at all; the trials are those of such a config.
  const std::string base = "params: {mean: 3}\n";
  CHECK(trials_of(base, {"mean", "variance"}, {"points=[{mean: 0, variance: 2}, {variance: 4, mean: 1}]"}) ==
        "mean=3 variance=1\nmean=0 variance=2\nmean=1 variance=4");
  const auto ids = [](const specimen::Reading& reading) { return reading.config.sweep.ids(); };
  CHECK(ids(specimen::read(base, {"points=[{mean: 0.5}]"})).back() ==
        ids(specimen::read("params: {mean: 0.5}\n")).front());
  // init: {mean: 0} and init.mean: 0 are the same.
  CHECK(trials_of("sweep: {points: [{init: {mean: 2}}]}\n", {"init.mean"}) == "init.mean=0\ninit.mean=2");
}

TEST_CASE("points that do not fit the sweep are refused") {
  const auto message = [](const std::string& points, const std::string& sweep = "sweep: {mean: [0, 1]}\n") {
    const std::string said = trials_of(sweep, {}, {"points=" + points});
    const std::string argument = "argument 'points=" + points + "': ";
    return said.starts_with(argument) ? said.substr(argument.size()) : said;
  };
  CHECK(message("[{mean: 0, dim: 4}, {mean: 1}]") ==
        "points: every point must set the same parameters; this one lacks 'dim'");
  CHECK(message("[{mean: 1}, {mean: 1, dim: 4}]") ==
        "points: every point must set the same parameters; the first lacks 'dim'");
  CHECK(message("[{dim: 4}]") == "points: the sweep varies 'mean': every point must set it");
  CHECK(message("[{maen: 4}]") == "unknown parameter 'maen' (did you mean 'mean'?)");
  CHECK(message("[{mean: [1, 2]}]") == "'mean': a point has one value of it");
  CHECK(message("[{mean: 99}]") == "'mean': expected a number in [-10, 10], got 99");
  CHECK(message("{mean: 1}") == "points: expected a list of maps, as [{mean: 0, variance: 1}]");
  CHECK(message("[{mean: 1, seed: 3}]", "sweep: {mean: [0, 1]}\nseeds: 2\n") ==
        "points: each point gets all seeds: leave 'seed' out");
  CHECK(trials_of("sweep: {grid: [{mean: [0], points: [{mean: 1}]}]}\n", {}).find("no 'points'") !=
        std::string::npos);
}
