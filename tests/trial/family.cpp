// Families of series, from the trial to the CSV and back.
#include "core/trial/family.hpp"
#include "core/export/csv.hpp"

#include <doctest/doctest.h>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

// A trial with n layers records n * n members, the last layer first.
Experiment make_layered() {
  Experiment layered;
  layered.name = "layered";
  layered.parameters = {integer("layers", 2, "")};
  layered.series = {{"loss", "", "", "step"}, {"entropy.L.H", "nats", "", "step"}, {"end", "", "", "step"}};
  layered.run = [](const Trial& trial, Result& result) {
    const std::int64_t n = trial.params.integer("layers");
    for (std::int64_t l = n - 1; l >= 0; --l)
      for (std::int64_t h = 0; h < n; ++h)
        result.series("entropy." + std::to_string(l) + "." + std::to_string(h), {0, 10},
                      {static_cast<double>(l), static_cast<double>(h)});
    result.series("loss", {3, 2});
    result.series("end", {1});
  };
  return layered;
}

const Experiment& layered() {
  const Experiment* known = find_experiment("layered");
  return known ? *known : register_experiment(make_layered());
}

}  // namespace

TEST_CASE("family: parts of one capital letter stand for numbers") {
  CHECK(is_family("entropy.L.H"));
  CHECK(is_family("L"));
  CHECK_FALSE(is_family("entropy"));
  CHECK_FALSE(is_family("entropy.LH"));
  CHECK_FALSE(is_family(""));
  CHECK(is_member("entropy.0.12", "entropy.L.H"));
  CHECK(is_member("residual.3", "residual.L"));
  for (const char* other : {"entropy.0", "entropy.0.1.2", "entropy.L.H", "entropy.0.", "entropy.0.01",
                            "entropy.0.-1", "mean.0.1", "entropy..1", "entropy.0.1.", "", "entropy"})
    CHECK_FALSE(is_member(other, "entropy.L.H"));
  CHECK_FALSE(is_member("entropy", "entropy"));
  CHECK(example_of("entropy.L.H") == "entropy.0.0");
}

TEST_CASE("family: members are ordered by their numbers") {
  Members members;
  for (const char* name : {"e.10.0", "e.2.11", "e.2.2", "a.3", "e.2"}) members[name];
  std::vector<std::string> order;
  for (const auto& [name, series] : members) order.push_back(name);
  CHECK(order == std::vector<std::string>{"a.3", "e.2", "e.2.2", "e.2.11", "e.10.0"});
}

TEST_CASE("family: a trial records members once, and nothing but members") {
  Result result(layered());
  result.series("entropy.0.1", {1, 2});
  CHECK_THROWS_AS(result.series("entropy.0.1", {1, 2}), Error);
  CHECK_THROWS_AS(result.series("entropy.L.H", {1, 2}), Error);
  CHECK_THROWS_AS(result.series("entropy.0", {1, 2}), Error);
  CHECK(result.members.at("entropy.0.1").value == std::vector<double>{1, 2});

  Experiment scalar = make_layered();
  scalar.name = "layered-scalar";
  scalar.scalars = {{"gap.L", "", "", ""}};
  CHECK_THROWS_WITH_AS(register_experiment(scalar), doctest::Contains("only series come in families"), Error);
}

TEST_CASE("family: through the store and series.csv and back, in order") {
  const Scratch scratch;
  const Sweep sweep = sweep_of(layered(), "sweep: {layers: [2, 11]}\n");
  Store store(scratch.db(), Store::Mode::write);
  run_trials(sweep, store, {}, never);

  const Results all = store.load(sweep, {"entropy.10.1", "loss"});
  CHECK(all.trials[0].members.empty());
  CHECK(all.trials[1].members.size() == 1);
  CHECK(all.trials[1].members.at("entropy.10.1").value == std::vector<double>{10, 1});
  CHECK(all.trials[1].members.at("entropy.10.1").index == std::vector<double>{0, 10});
  CHECK(all.trials[1].series[0].value == std::vector<double>{3, 2});
  CHECK(store.load(sweep, {"entropy.L.H"}).trials[1].members.size() == 121);  // a family is all its members
  CHECK_THROWS_AS(store.load(sweep, {"entropy.X.Y"}), Error);

  export_csv(store, sweep, scratch.path);
  const Results read = read_csv(scratch.path, layered());
  REQUIRE(read.trials.size() == 2);
  CHECK(read.trials[0].members.size() == 4);
  CHECK(read.trials[1].members.size() == 121);
  CHECK(read.trials[1].members.at("entropy.7.10").value == std::vector<double>{7, 10});

  const std::string text = read_file(scratch.path + "/series.csv");
  const auto place = [&](const char* metric) { return text.find(std::string(",") + metric + ","); };
  CHECK(place("loss") < place("entropy.0.0"));
  CHECK(place("entropy.0.0") < place("entropy.1.1"));
  CHECK(text.rfind(",entropy.2.10,") < text.rfind(",entropy.10.0,"));
  CHECK(text.rfind(",entropy.10.10,") < text.rfind(",end,"));
  write_series_csv(scratch.path + "/again.csv", read);
  CHECK(read_file(scratch.path + "/again.csv") == text);
}

TEST_CASE("family: a trial that is run again leaves no members behind") {
  const Scratch scratch;
  const Sweep sweep = sweep_of(layered(), "params: {layers: 2}\n");
  Store store(scratch.db(), Store::Mode::write);
  run_trials(sweep, store, {}, never);
  Store::Finished less{specs_of(sweep)[0], Result(layered())};
  less.result.series("entropy.0.0", {7});
  store.put(layered(), {less});
  const Results results = store.load(sweep, {"entropy.0.0", "entropy.1.1"});
  CHECK(results.trials[0].members.size() == 1);
}
