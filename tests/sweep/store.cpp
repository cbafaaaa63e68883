#include "core/sweep/store.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <fstream>

#include "core/sweep/sqlite.hpp"
#include "tests/sweep/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace fs = std::filesystem;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// Equal to the bit, which tells -0 from 0, but any NaN is NaN.
bool identical(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool identical(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return identical(x, y); });
}

Store::Finished finished(const TrialSpec& spec, Status status = Status::done, std::string message = "") {
  Store::Finished finished{spec, Result(walker())};
  finished.result.status = status;
  finished.result.message = std::move(message);
  return finished;
}

// A store of `numbers` trials, each with one scalar.
void fill(const Scratch& scratch, const Sweep& sweep) {
  Store store(scratch.db(), Store::Mode::write);
  std::vector<Store::Finished> batch;
  for (const TrialSpec& spec : specs_of(sweep)) {
    batch.push_back(finished(spec));
    batch.back().result.scalar("sum", 1);
  }
  store.put(walker(), batch);
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// Runs `action` as a user to whom permissions apply; false where that is not possible.
bool as_nobody(const std::function<void()>& action) {
  if (geteuid() != 0) {
    action();
    return true;
  }
  if (seteuid(65534) != 0) return false;
  action();
  return seteuid(0) == 0;
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

TEST_CASE("a second writer is told who the first one is") {
  const Scratch scratch;
  {
    const Store store(scratch.db(), Store::Mode::write);
    const std::string message = message_of([&] { Store(scratch.db(), Store::Mode::write); });
    CHECK(contains(message, "another qklab run is writing to " + scratch.path));
    CHECK(contains(message, "pid " + std::to_string(getpid())));
  }
  CHECK(message_of([&] { Store(scratch.db(), Store::Mode::write); }) == "");
}

TEST_CASE("files that are no store of this version are refused, and named") {
  const Scratch scratch;
  const std::string path = scratch.db();
  const auto refusal = [&](Store::Mode mode) { return message_of([&] { Store(path, mode); }); };
  const auto both_say = [&](const std::string& part) {
    for (const auto mode : {Store::Mode::read, Store::Mode::write}) {
      CAPTURE(refusal(mode));
      CHECK(contains(refusal(mode), path));
      CHECK(contains(refusal(mode), part));
    }
  };
  const auto execute = [&](const char* sql) {
    Database(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).execute(sql);
  };
  CHECK(contains(refusal(Store::Mode::read), "no such file"));

  SUBCASE("text") {
    std::ofstream(path) << std::string(5000, 'x');
    both_say("is no qklab store: it is not an SQLite database");
  }
  SUBCASE("another program's database") {
    execute("CREATE TABLE t(x)");
    both_say("a database of another program");
    CHECK(Database(path, path, SQLITE_OPEN_READONLY).text("PRAGMA journal_mode") == "delete");
  }
  SUBCASE("a newer version") {
    fill(scratch, walker_sweep(3));
    execute("PRAGMA user_version = 2");
    both_say("version 2, this qklab reads version 1; use the newer");
  }
  SUBCASE("an older version") {
    fill(scratch, walker_sweep(3));
    execute("PRAGMA user_version = 0");
    both_say("version 0, this qklab reads version 1");
  }
  SUBCASE("a file cut short") {
    fill(scratch, walker_sweep(2000));
    fs::resize_file(path, fs::file_size(path) / 2);
    both_say("damaged or cut short");
  }
  SUBCASE("a file that was overwritten in the middle") {
    const Sweep sweep = walker_sweep(2000);
    fill(scratch, sweep);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(fs::file_size(path) - 4096, 'x');
    file.close();
    const std::string message = message_of([&] { Store(path, Store::Mode::read).load(sweep, {}); });
    CHECK(contains(message, path));
    CHECK(contains(message, "damaged or cut short"));
  }
  SUBCASE("an empty file is a new store to a writer alone") {
    std::ofstream{path};
    CHECK(contains(refusal(Store::Mode::read), "holds nothing yet"));
    CHECK(refusal(Store::Mode::write) == "");
  }
}

TEST_CASE("a reader sees what is committed, and never stands in the writer's way") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(500);
  const auto specs = specs_of(sweep);
  Store writer(scratch.db(), Store::Mode::write);
  writer.put(walker(), {finished(specs[0])});
  const Store reader(scratch.db(), Store::Mode::read);
  CHECK(reader.counts().done == 1);
  std::size_t put = 1, seen = 0;
  reader.for_each(sweep, [&](const TrialRecord&) {
    ++seen;
    for (; put < specs.size(); ++put) writer.put(walker(), {finished(specs[put])});
  });
  CHECK(seen == 1);  // one moment of the file
  CHECK(put == specs.size());
  CHECK(reader.counts().done == specs.size());
}

TEST_CASE("reading leaves no trace") {
  const Scratch scratch;
  fill(scratch, walker_sweep(5));
  const auto files = files_in(scratch.path);
  const std::string bytes = read_file(scratch.db());
  {
    const Store store(scratch.db(), Store::Mode::read);
    CHECK(store.counts().done == 10);
    CHECK(files_in(scratch.path) == files);
  }
  CHECK(files_in(scratch.path) == files);
  CHECK(read_file(scratch.db()) == bytes);
}

TEST_CASE("a run that begins while a closed store is read is noticed") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(50);
  fill(scratch, sweep);
  const Store reader(scratch.db(), Store::Mode::read);
  CHECK(reader.counts().done == 100);
  fill(scratch, walker_sweep(100));
  CHECK(contains(message_of([&] { reader.load(sweep, {}); }), "began to write it while it was read"));
}

TEST_CASE("a store is read in a folder that cannot be written") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(5);
  const std::string locked = scratch.path + "/locked";
  SUBCASE("closed") {
    fill(scratch, sweep);
    fs::create_directory(locked);
    fs::copy_file(scratch.db(), locked + "/run.db");
  }
  SUBCASE("left by a writer that was killed, with its log") {
    Store store(scratch.db(), Store::Mode::write);
    std::vector<Store::Finished> batch;
    for (const TrialSpec& spec : specs_of(sweep)) batch.push_back(finished(spec));
    store.put(walker(), batch);
    fs::create_directory(locked);
    for (const char* suffix : {"", "-wal"}) fs::copy_file(scratch.db() + suffix, locked + "/run.db" + suffix);
  }
  fs::permissions(scratch.path, fs::perms{0755});
  fs::permissions(locked, fs::perms{0555});
  std::uint64_t done = 0;
  std::string message;
  const bool ran = as_nobody([&] {
    message = message_of([&] { done = Store(locked + "/run.db", Store::Mode::read).counts().done; });
  });
  fs::permissions(locked, fs::perms{0755});
  if (!ran) {
    MESSAGE("skipped: permissions do not bind this user");
    return;
  }
  CHECK(message == "");
  CHECK(done == 10);
}

TEST_CASE("a full disk is said to be one, and what was committed stays") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(3000);
  const auto specs = specs_of(sweep);
  std::size_t committed = 0;
  std::string message;
  {
    Store store(scratch.db(), Store::Mode::write);
    const FileSizeLimit limit(200 << 10);
    message = message_of([&] {
      for (; committed < specs.size(); committed += 10) {
        std::vector<Store::Finished> batch;
        for (std::size_t i = committed; i < committed + 10; ++i) {
          batch.push_back(finished(specs[i]));
          batch.back().result.series("walk", std::vector<double>(20, static_cast<double>(i)));
        }
        store.put(walker(), batch);
      }
    });
  }
  CAPTURE(message);
  CHECK(contains(message, "disk full while writing " + scratch.db()));
  CHECK(contains(message, ": " + std::to_string(committed) + " finished trials are safe"));
  CHECK(committed > 0);
  CHECK(committed < specs.size());
  Store store(scratch.db(), Store::Mode::write);
  const Results results = store.load(sweep, {"walk"});
  REQUIRE(results.trials.size() == committed);
  for (std::size_t i = 0; i < committed; ++i)
    CHECK(results.trials[i].series[0].value == std::vector<double>(20, static_cast<double>(i)));
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
