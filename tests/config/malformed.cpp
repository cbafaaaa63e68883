// A malformed config yields messages with positions: reading it never throws, crashes, hangs or succeeds.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>

#include "core/system/file.hpp"
#include "tests/source_directory.hpp"
#include "tests/support/mutator.hpp"
#include "tests/support/specimen.hpp"

using namespace qklab;

namespace {

// clang-format off
const std::string valid = R"yaml(name: t
experiment: specimen
doc: All that a config may hold.
params: {length: 8, norm: pre, init: {mean: 0.5}}
sweep:
  mean: [0, 0.125, 0.5]
  variance: {logspace: [0.01, 100, 9]}
  limit: {random: {uniform: [0, 1], n: 4, seed: 2}}
  zip: [{dim: [32, 64], train.steps: [16, 32]}]
  grid: [{skip: true, task: [a, b]}, {skip: false, task: c}]
where: "variance > 0 and (mean != 0 or norm == 'pre')"
seeds: 2
presets:
  smoke: {seeds: 1, params: {mean: 0}}
figures: [{plot: line}]
)yaml";
// clang-format on

// One violation of each rule, with a part of its message. The body begins at line 3.
const std::vector<std::pair<std::string, std::string>> rules = {
    {"params: {dim: 0}", "3:15: 'dim': expected an integer in [1, 8192], got 0"},
    {"params: {dim: 4.5}", "3:15: 'dim': expected an integer"},
    {"params: {dim: \"64\"}", "'dim': expected an integer, got the text '64'"},
    {"params: {dim: [4]}", "3:15: 'dim': expected one value"},
    {"params: {dim: {values: [4]}}", "'dim': expected one value"},
    {"params: {dim: }", "'dim': expected"},
    {"params: {mean: .nan}", "'mean': expected a number in [-10, 10], got nan"},
    {"params: {mean: .inf}", "'mean': expected a number in [-10, 10], got inf"},
    {"params: {skip: yes}", "'skip': expected true or false, got 'yes'"},
    {"params: {norm: batch}", "'norm': expected one of none, pre, post"},
    {"params: {mena: 1}", "3:10: unknown parameter 'mena' (did you mean 'mean'?)"},
    {"sweep: {mean: [1], where: mean > 0}",
     "3:20: unknown parameter 'where' (it stands beside 'sweep', not in it)"},
    {"params: {seeds: 4}", "3:10: unknown parameter 'seeds' (it stands beside 'params', not in it)"},
    {"params: {init: {mena: 1}}", "unknown parameter 'init.mena' (did you mean 'init.mean'?)"},
    {"params: {init: 3}", "init: expected a map"},
    {"params: {mean: 1, mean: 2}", "3:19: key 'mean' is written twice"},
    {"params: {init: {mean: 1}, init.mean: 2}", "'init.mean' is set twice: at line 3 already"},
    {"params: 3", "params: expected a map"},
    {"params: {zip: 3}", "unknown parameter 'zip'"},
    {"params: {mean: 1}\nsweep: {mean: [1]}", "4:9: 'mean' is set twice: at line 3 already"},
    {"sweep: {mean: [1], zip: [{mean: [2]}]}", "'mean' is set twice"},
    {"sweep: {zip: [{mean: [1]}], grid: [{mean: 2}]}", "'mean' is set twice"},
    {"sweep: [1]", "sweep: expected a map"},
    {"sweep: {mean: []}", "3:15: 'mean': the axis has no values"},
    {"sweep: {mean: [1, [2]]}", "3:19: 'mean': expected a value, got a list or a map"},
    {"sweep: {mean: [1, ~]}", "3:19: 'mean': expected a value, got nothing"},
    {"sweep: {mean: [1, 20]}", "3:19: 'mean': expected a number in [-10, 10], got 20"},
    {"sweep: {mean: {linspac: [0, 1, 2]}}", "unknown form 'linspac' (did you mean 'linspace'?)"},
    {"sweep: {mean: {linspace: [0, 1]}}", "expected linspace: [first, last, n], got 2 values"},
    {"sweep: {mean: {linspace: [0, 1, 0]}}", "3:33: 'mean': expected an integer of at least 1, got 0"},
    {"sweep: {mean: {linspace: [0, 1, 2.5]}}", "expected an integer of at least 1"},
    {"sweep: {mean: {linspace: [0, x, 2]}}", "3:30: 'mean': expected a number, got 'x'"},
    {"sweep: {mean: {linspace: [0, 20, 3]}}", "linspace: expected a number in [-10, 10], got 20"},
    {"sweep: {mean: {linspace: [0, 1, 3], range: [0, 1, 1]}}", "as the only key"},
    {"sweep: {mean: {}}", "as the only key"},
    {"sweep: {variance: {logspace: [0, 1, 3]}}", "3:31: 'variance': logspace needs positive ends, got 0"},
    {"sweep: {variance: {logspace: [1, -1, 3]}}", "needs positive ends, got -1"},
    {"sweep: {mean: {range: [0, 1, 0]}}", "range: the step is 0"},
    {"sweep: {mean: {range: [0, 1, -1]}}", "range: the step leads away from the last value"},
    {"sweep: {mean: {range: [0, 1]}}", "expected range: [first, last, step], got 2 values"},
    {"sweep: {mean: {range: [0, .inf, 1]}}", "expected a number, got inf"},
    {"sweep: {norm: {linspace: [0, 1, 2]}}", "'norm': takes text: list its values"},
    {"sweep: {mean: {random: {uniform: [0, 1]}}}", "random: 'n', the number of draws, is missing"},
    {"sweep: {mean: {random: {n: 3}}}", "random: give one of uniform, loguniform, normal, choice"},
    {"sweep: {mean: {random: {uniform: [0, 1], normal: [0, 1], n: 3}}}", "random: give one of"},
    {"sweep: {mean: {random: {uniform: [1, 0], n: 3}}}", "uniform: the first end is above the second"},
    {"sweep: {mean: {random: {normal: [0, -1], n: 3}}}", "the standard deviation is negative"},
    {"sweep: {mean: {random: {uniform: [0, 1], n: 3, sead: 1}}}", "unknown key 'sead'"},
    {"sweep: {mean: {random: 3}}", "random: expected a map"},
    {"sweep: {zip: [{dim: [1, 2], length: [1, 2, 3]}]}", "3:15: zip: 'dim' has 2 values and 'length' has 3"},
    {"sweep: {zip: {dim: [1, 2]}}", "zip: expected a list of maps"},
    {"sweep: {zip: []}", "zip: expected a list of maps"},
    {"sweep: {zip: [3]}", "zip: expected a map"},
    {"sweep: {zip: [{zip: [{dim: 1}]}]}", "zip: holds axes only, no 'zip'"},
    {"sweep: {grid: [{dim: 1}, {length: 2}]}",
     "grid: every item must set the same parameters; this one lacks 'dim'"},
    {"sweep: {grid: [{dim: 1}, {dim: 2, length: 2}]}", "the first lacks 'length'"},
    {"sweep: {grid: []}", "grid: expected a list of maps"},
    {"seeds: 0", "3:8: 'seed': expected an integer of at least 1, got 0"},
    {"seeds: []", "3:8: 'seed': the axis has no values"},
    {"seeds: [-1]", "3:9: 'seed': expected an integer in [0,"},
    {"seeds: {n: 3}", "seeds: expected how many"},
    {"seeds:", "seeds: expected how many"},
    {"seeds: 2\nparams: {seed: 1}", "'seed' is set twice"},
    {"where: mean > ", "where: ends too early"},
    {"where: [mean]", "where: expected text, got a list"},
    {"where:", "where: expected text, got nothing"},
    {"presets: [1]", "presets: expected a map"},
    {"presets: {smoke: 3}", "preset 'smoke': expected a map"},
    {"presets: {../x: {seeds: 1}}", "a name may hold letters"},
    {"presets: {smoke: {seeds: 0}}", "expected an integer of at least 1"},
    {"colour: 3", "3:1: unknown key 'colour' in config"},
    {"name: u", "3:1: key 'name' is written twice"},
    {"? [a]\n: 3", "expected a name before ':'"},
    {"<<: {seeds: 3}", "merge keys (<<) are not supported"},
    {"params: &a {mean: 1}\nsweep: *a", "4:8: aliases (*name) are not supported"},
    {"params: !!map {mean: 1}", "tags are not supported"},
    {"include: other.yaml", "unknown key 'include'"},
    {"} x", "no valid YAML"},
    {"---\nname: b", "3:1: unexpected text after the end of the document"},
    {"params: {mean: 1", "no valid YAML"},
    {"\tparams: 3", "no valid YAML"},
    {"params: {mean: \x01}", "3:16: control character 0x01"},
    {"params: {mean: \xff}", "3:16: byte 0xFF is no UTF-8 text"},
    {"params: {task: \xed\xa0\x80}", "byte 0xED is no UTF-8 text"},
};

bool has_place(const std::string& message) {
  static const std::regex place("^t\\.yaml:[1-9][0-9]*:[1-9][0-9]*: .");
  return std::regex_search(message, place);
}

// The messages about a config; each must have a position. Empty if the config is valid.
std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> messages;
  CHECK_NOTHROW(messages = specimen::read_file_text(text).messages);
  for (const std::string& message : messages) CHECK_MESSAGE(has_place(message), message);
  return messages;
}

}  // namespace

TEST_CASE("malformed: the config that the others derive from is valid") {
  CHECK(specimen::joined(messages_of(valid)) == "");
}

TEST_CASE("malformed: each rule is told at its place") {
  for (const auto& [body, expected] : rules) {
    const std::string text = "name: t\nexperiment: specimen\n" + body + "\n";
    CAPTURE(text);
    const std::string all = specimen::joined(messages_of(text));
    CHECK_MESSAGE(all.find(expected) != std::string::npos, all);
  }
}

TEST_CASE("malformed: name and experiment must be there and make sense") {
  const auto all = [](const std::string& text) { return specimen::joined(messages_of(text)); };
  CHECK(all("name: a/b\nexperiment: specimen\n").starts_with("t.yaml:1:7: a name may hold letters"));
  CHECK(all("name: [a]\nexperiment: specimen\n") == "t.yaml:1:7: name: expected text, got a list");
  CHECK(all("experiment: specimen\n") == "t.yaml:1:1: config: 'name' is missing");
  CHECK(all("name: t\n") == "t.yaml:1:1: config: 'experiment' is missing");
  CHECK(all("name: t\nexperiment: specimne\n")
            .starts_with("t.yaml:2:13: no experiment 'specimne' (did you mean 'specimen'?); there are "));
  CHECK(all("") == "t.yaml:1:1: config: expected a map, got nothing");
  CHECK(all("[1, 2]") == "t.yaml:1:1: config: expected a map, got a list");
  CHECK(all("just text") == "t.yaml:1:1: config: expected a map, got a value");
}

TEST_CASE("malformed: deep nesting and exploding aliases are errors, told at once") {
  for (const std::string& opening : {std::string("["), std::string("{a: "), std::string("- ")}) {
    std::string deep = "name: ";
    if (opening == "- ") deep = "";
    for (int i = 0; i < 100000; ++i) deep += opening;
    CHECK_FALSE(messages_of(deep).empty());
  }
  std::string laughs = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string n = std::to_string(i), before = std::to_string(i - 1);
    laughs += "a" + n + ": &a" + n + " [*a" + before + ", *a" + before + "]\n";
  }
  CHECK_FALSE(messages_of(laughs).empty());
}

TEST_CASE("malformed: every truncation of a valid config is read or refused, never worse") {
  std::size_t refused = 0;
  for (std::size_t n = 0; n < valid.size(); ++n) refused += messages_of(valid.substr(0, n)).empty() ? 0 : 1;
  CHECK(refused > valid.size() / 2);
}

TEST_CASE("malformed: thousands of mutations of every shipped config are read or refused, never worse") {
  std::vector<std::string> texts = {valid};
  for (const auto& entry : std::filesystem::directory_iterator(source_directory() + "/configs"))
    if (entry.path().extension() == ".yaml") texts.push_back(read_file(entry.path()));
  Stream random(1, 0, "mutations");
  std::size_t refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string mutant = mutator::mutate(texts[static_cast<std::size_t>(i) % texts.size()], random);
    CAPTURE(mutant);
    refused += messages_of(mutant).empty() ? 0 : 1;
  }
  MESSAGE(refused, " of 5000 mutants were refused");
  CHECK(refused >= 200);
}
