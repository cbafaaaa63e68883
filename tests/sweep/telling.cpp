#include "core/sweep/telling.hpp"

#include <doctest/doctest.h>

#include "tests/support/reading.hpp"
#include "tests/support/specimen.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

std::string told(const std::string& body, std::size_t trial = 0) {
  const auto reading = specimen::read(body);
  REQUIRE(reading.messages.empty());
  std::vector<TrialSpec> trials;
  reading.config.sweep.for_each([&](const TrialSpec& each) {
    trials.push_back(each);
    return true;
  });
  return Telling(reading.config.sweep).text(trials.at(trial).params);
}

}  // namespace

TEST_CASE("a trial is told with what tells it from others, as overrides are written") {
  CHECK(told("params: {dim: 8, task: copy}\nsweep: {mean: [0, 0.5], norm: [pre, post]}\n", 1) ==
        "mean=0 norm=post");
  CHECK(told("sweep: {mean: [0, 0.5]}\nseeds: 2\n", 3) == "mean=0.5 seed=1");
  CHECK(told("sweep: {zip: [{dim: [8, 16], length: [2, 4]}], mean: [1]}\n", 1) == "dim=16 length=4");
}

TEST_CASE("the only trial of a sweep is told with what its config sets") {
  CHECK(told("params: {task: copy, dim: 8}\n") == "dim=8 task=copy");
  CHECK(told("params: {}\nseeds: [7]\n") == "seed=7");
}

TEST_CASE("parameters as run.db holds them are told in the same notation") {
  const auto reading = specimen::read("sweep: {mean: [0, 0.5], task: [sort, copy], skip: [true, false]}\n");
  const std::string stored = R"({"dim": 64, "mean": 0.5, "skip": false, "task": "sort", "seed": 0})";
  CHECK(Telling(reading.config.sweep).text_of_json(stored) == "mean=0.5 skip=false task=sort");
  CHECK(Telling().text_of_json(stored) == "dim=64 mean=0.5 skip=false task=sort seed=0");
  CHECK(Telling().text_of_json("cut short {") == "cut short {");
}
