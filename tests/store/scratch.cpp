#include "core/store/scratch.hpp"

#include <doctest/doctest.h>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace fs = std::filesystem;

namespace {

void run(Store& store, const std::string& directory, const Sweep& sweep) {
  RunOptions options;
  options.jobs = 2;
  options.directory = directory;
  run_trials(sweep, store, options, never);
}

void run_in_scratch(const std::string& home, const std::string& parent, const Sweep& sweep) {
  qklab::Scratch scratch(home, parent);
  Store store(scratch.directory() + "/run.db", Store::Mode::write);
  run(store, scratch.directory(), sweep);
  scratch.save(store);
}

}  // namespace

TEST_CASE("a run on a local disk leaves what a run in place leaves") {
  const test::Scratch place, home, disk;
  {
    Store store(place.db(), Store::Mode::write);
    run(store, place.path, walker_sweep(30));
  }
  run_in_scratch(home.path, disk.path, walker_sweep(20));
  run_in_scratch(home.path, disk.path, walker_sweep(30));  // continues from there
  CHECK(csv_of(home, walker_sweep(30)) == csv_of(place, walker_sweep(30)));
  const std::string array = array_file(specs_of(walker_sweep(30))[0].id, "grid");
  CHECK(read_file(home.path + "/" + array) == read_file(place.path + "/" + array));
  CHECK(fs::is_empty(disk.path));
}

TEST_CASE("until it is saved the home keeps its old state, and afterwards has all of the new one") {
  const test::Scratch home, disk;
  run_in_scratch(home.path, disk.path, walker_sweep(5));
  const auto done = [&] {
    const auto counts = Store(home.db(), Store::Mode::read).counts();
    return counts.done + counts.failed + counts.diverged;
  };
  qklab::Scratch scratch(home.path, disk.path);
  Store store(scratch.directory() + "/run.db", Store::Mode::write);
  run(store, scratch.directory(), walker_sweep(9));
  CHECK(done() == 10);
  scratch.save_now_and_then(store);  // too early: does nothing
  CHECK(done() == 10);
  scratch.save(store);
  CHECK(done() == 18);
}

TEST_CASE("nobody else writes a home meanwhile") {
  const test::Scratch home, disk;
  const qklab::Scratch scratch(home.path, disk.path);
  CHECK(contains(message_of([&] { qklab::Scratch(home.path, disk.path); }), "another qklab run is writing"));
  CHECK(contains(message_of([&] { Store(home.db(), Store::Mode::write); }), "another qklab run is writing"));
}

TEST_CASE("the log that a killed run left at home is taken in before the file is replaced") {
  const test::Scratch killed, home, disk;
  {
    Store store(killed.db(), Store::Mode::write);
    run(store, killed.path, walker_sweep(5));
    for (const char* suffix : {"", "-wal"}) fs::copy_file(killed.db() + suffix, home.db() + suffix);
    fs::copy(killed.path + "/arrays", home.path + "/arrays", fs::copy_options::recursive);
  }
  REQUIRE(fs::exists(home.db() + "-wal"));
  run_in_scratch(home.path, disk.path, walker_sweep(6));
  CHECK(!fs::exists(home.db() + "-wal"));
  CHECK(csv_of(home, walker_sweep(5)) == csv_of(killed, walker_sweep(5)));
}

TEST_CASE("a folder that cannot be made is said to be one") {
  const test::Scratch home;
  CHECK(message_of([&] { qklab::Scratch(home.path, "/proc/nowhere"); }) != "");
  CHECK(message_of([&] { Store(home.db(), Store::Mode::write); }) == "");  // the lock has been released
}
