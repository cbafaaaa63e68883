#include "core/store/store.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <fstream>

#include "core/store/sqlite.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace fs = std::filesystem;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// Compares bits, so that -0 differs from 0, but any NaN equals NaN.
bool identical(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool identical(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return identical(x, y); });
}

}  // namespace

TEST_CASE("every double comes back to the bit, and text as it was") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(10);
  const auto specs = specs_of(sweep);
  const std::vector<double> numbers = {0.0,
                                       -0.0,
                                       1.0,
                                       -7.0,
                                       0.1,
                                       inf,
                                       -inf,
                                       5e-324,
                                       2.2e-308,
                                       1.7e308,
                                       1e15,
                                       1e16,
                                       std::nextafter(1.0, 2.0),
                                       nan_value};
  const std::vector<double> uneven = {0, 10, 2.5, -0.0, 1e300, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  const std::string message = "line one\nline \"two\", Größe 量 \xF0\x9F\x98\x80";
  {
    Store store(scratch.db(), Store::Mode::write);
    std::vector<Store::Finished> batch;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      batch.push_back(finished(specs[i], i == 3 ? Status::failed : Status::done, i == 3 ? message : ""));
      batch.back().result.scalars = {numbers[i], -numbers[i]};
    }
    batch[0].result.series("walk", numbers);
    batch[1].result.series("squares", uneven, numbers);
    batch[2].result.series("walk", {});
    store.put(walker(), batch);
  }
  const Store store(scratch.db(), Store::Mode::read);
  const Results results = store.load(sweep, {"walk", "squares"});
  REQUIRE(results.trials.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(numbers[i]);
    CHECK(results.trials[i].id == specs[i].id);
    CHECK(results.trials[i].params.values() == specs[i].params.values());
    CHECK(identical(results.trials[i].scalars[0], numbers[i]));
    CHECK(identical(results.trials[i].scalars[1], -numbers[i]));
  }
  CHECK(identical(results.trials[0].series[0].value, numbers));
  CHECK(results.trials[0].series[0].index.back() == static_cast<double>(numbers.size()));
  CHECK(identical(results.trials[1].series[1].value, numbers));
  CHECK(identical(results.trials[1].series[1].index, uneven));
  CHECK(results.trials[2].series[0].value.empty());
  CHECK(results.trials[3].status == Status::failed);
  CHECK(results.trials[3].message == message);
}

TEST_CASE("only the series that were asked for are loaded") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(1);
  Store store(scratch.db(), Store::Mode::write);
  auto one = finished(specs_of(sweep)[0]);
  one.result.series("walk", {1, 2});
  one.result.series("squares", {3, 4});
  store.put(walker(), {one});
  const Results results = store.load(sweep, {"squares"});
  CHECK(results.trials[0].series[0].value.empty());
  CHECK(results.trials[0].series[1].value == std::vector<double>{3, 4});
  CHECK_THROWS_AS(store.load(sweep, {"no such"}), Error);
}

TEST_CASE("trials come in the sweep's order, and only those that it asks for") {
  const Scratch scratch;
  const Sweep large = walker_sweep(20), small = walker_sweep(5);
  auto specs = specs_of(large);
  std::reverse(specs.begin(), specs.end());
  Store store(scratch.db(), Store::Mode::write);
  for (const TrialSpec& spec : specs) store.put(walker(), {finished(spec)});
  std::vector<std::uint64_t> seen;
  store.for_each(small, [&](const TrialRecord& trial) { seen.push_back(trial.id); });
  CHECK(seen == small.ids());
  CHECK(store.statuses().size() == 40);
}

TEST_CASE("a trial that is put again is replaced, with all that belonged to it") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(1);
  const TrialSpec spec = specs_of(sweep)[0];
  Store store(scratch.db(), Store::Mode::write);
  auto first = finished(spec, Status::diverged, "too far");
  first.result.scalar("sum", 1);
  first.result.series("walk", {1, 2, 3});
  first.result.array("grid", {1}, {1});
  store.put(walker(), {first});
  auto second = finished(spec);
  second.result.scalar("even", 2);
  store.put(walker(), {second});
  const Results results = store.load(sweep, {"walk"});
  REQUIRE(results.trials.size() == 1);
  CHECK(results.trials[0].status == Status::done);
  CHECK(results.trials[0].message == "");
  CHECK(std::isnan(results.trials[0].scalars[0]));
  CHECK(results.trials[0].scalars[1] == 2);
  CHECK(results.trials[0].series[0].value.empty());
  CHECK(Database(scratch.db(), scratch.db(), SQLITE_OPEN_READONLY).integer("SELECT count(*) FROM arrays") ==
        0);
}

TEST_CASE("counts, statuses and failures agree with what was put") {
  const Scratch scratch;
  const auto specs = specs_of(walker_sweep(5));
  Store store(scratch.db(), Store::Mode::write);
  std::vector<Store::Finished> batch;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Status status = i < 5 ? Status::done : i < 8 ? Status::failed : Status::diverged;
    batch.push_back(finished(specs[i], status, "message " + std::to_string(i)));
  }
  store.put(walker(), batch);
  const StoreCounts counts = store.counts();
  CHECK(counts.done == 5);
  CHECK(counts.failed == 3);
  CHECK(counts.diverged == 2);
  const auto statuses = store.statuses();
  CHECK(statuses.size() == specs.size());
  for (const Store::Finished& each : batch) CHECK(statuses.at(each.spec.id) == each.result.status);
  const auto failures = store.failures(4);
  REQUIRE(failures.size() == 4);
  CHECK(failures[0].id == specs[5].id);
  CHECK(failures[0].message == "message 5");
  CHECK(contains(failures[0].params, "\"label\": \"comma, \\\"quote\\\"\""));
  CHECK(failures[3].status == Status::diverged);
  CHECK(store.failures(std::numeric_limits<std::size_t>::max()).size() == 5);
}

TEST_CASE("the source of the config comes back as it was") {
  const Scratch scratch;
  ConfigSource source{"dir/test.yaml", "name: x # Größe\n", "paper", {"mean=0,0.5", "label='a \"b\"'", ""}};
  {
    Store store(scratch.db(), Store::Mode::write);
    store.set_source({"other", "", "fast", {}}, "other", 1);
    store.set_source(source, "walker", 3);
  }
  const ConfigSource read = Store(scratch.db(), Store::Mode::read).source();
  CHECK(read.file == source.file);
  CHECK(read.text == source.text);
  CHECK(read.preset == source.preset);
  CHECK(read.overrides == source.overrides);
}

TEST_CASE("a million trials" * doctest::skip()) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](const std::function<void()>& action) {
    const auto begin = Clock::now();
    action();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  const Scratch scratch;
  const Sweep sweep = walker_sweep(500000);
  const double put = seconds([&] {
    Store store(scratch.db(), Store::Mode::write);
    std::vector<Store::Finished> batch;
    sweep.for_each([&](const TrialSpec& spec) {
      batch.push_back(finished(spec));
      batch.back().result.scalar("sum", 0.5);
      if (batch.size() == 4096) {
        store.put(walker(), batch);
        batch.clear();
      }
      return true;
    });
    store.put(walker(), batch);
  });
  MESSAGE("put, in batches of 4096: " << put << " us a trial");
  const double open = seconds([&] { Store(scratch.db(), Store::Mode::read); });
  const Store store(scratch.db(), Store::Mode::read);
  const double counts = seconds([&] { CHECK(store.counts().done == 1000000); });
  const double statuses = seconds([&] { CHECK(store.statuses().size() == 1000000); });
  std::size_t seen = 0;
  const double visit = seconds([&] { store.for_each(sweep, [&](const TrialRecord&) { ++seen; }); });
  CHECK(seen == 1000000);
  MESSAGE("open " << open << " s, counts " << counts << " s, statuses " << statuses << " s, for_each "
                  << visit << " s, file " << fs::file_size(scratch.db()) / 1000000 << " MB");
  CHECK(open <= 1);
  CHECK(counts <= 1);
  CHECK(statuses <= 1);
}
