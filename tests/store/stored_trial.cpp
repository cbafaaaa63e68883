#include "core/store/stored_trial.hpp"

#include <doctest/doctest.h>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

void run(const Scratch& scratch, const Sweep& sweep) {
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options;
  options.directory = scratch.path;
  run_trials(sweep, store, options, never);
}

void alter(const Scratch& scratch, const std::string& sql) {
  Database(scratch.db(), scratch.db(), SQLITE_OPEN_READWRITE).execute(sql.c_str());
}

}  // namespace

TEST_CASE("every part of a trial counts in its checksum, the order of metrics does not") {
  const auto checksum = [](std::uint64_t id, const char* status, const char* params, const char* message,
                           double a, double b, const std::string& index, const std::string& value,
                           const char* file) {
    TrialChecksum sum(id, status, params, message);
    sum.scalar("a", a);
    sum.scalar("b", b);
    sum.series("a", index, value);
    sum.array("a", file);
    return sum.value();
  };
  const auto base = checksum(1, "done", "{}", "m", 0.0, 1.0, "", "12345678", "f");
  CHECK(base == checksum(1, "done", "{}", "m", 0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(2, "done", "{}", "m", 0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(1, "failed", "{}", "m", 0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(1, "done", "{ }", "m", 0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(1, "done", "{}", "", 0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(1, "done", "{}", "m", -0.0, 1.0, "", "12345678", "f"));
  CHECK(base != checksum(1, "done", "{}", "m", 1.0, 0.0, "", "12345678", "f"));  // two values are exchanged
  CHECK(base != checksum(1, "done", "{}", "m", 0.0, 1.0, "12345678", "", "f"));
  CHECK(base != checksum(1, "done", "{}", "m", 0.0, 1.0, "", "12345679", "f"));
  CHECK(base != checksum(1, "done", "{}", "m", 0.0, 1.0, "", "12345678", "g"));

  TrialChecksum one(1, "done", "", ""), other(1, "done", "", "");
  one.scalar("a", 1);
  one.scalar("b", 2);
  other.scalar("b", 2);
  other.scalar("a", 1);
  CHECK(one.value() == other.value());
}

TEST_CASE("bytes of any length hash to different values when any bit flips") {
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string bytes(length, '\x5a');
    for (std::size_t bit = 0; bit < 8 * length; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      CHECK(hash_bytes(flipped) != hash_bytes(bytes));
    }
    CHECK(hash_bytes(bytes + '\0') != hash_bytes(bytes));
  }
}

TEST_CASE("what was changed behind the program's back is never read as a result") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(12);
  run(scratch, sweep);
  const auto refusal = [&] {
    return message_of([&] { Store(scratch.db(), Store::Mode::read).load(sweep, {}); });
  };
  REQUIRE(refusal() == "");
  const char* change = "";
  SUBCASE("a scalar") {
    change = "UPDATE scalars SET value = value * (1 + 1e-15) WHERE trial = 3 AND metric = 1";
  }
  SUBCASE("a scalar's metric") { change = "UPDATE scalars SET metric = 3 WHERE trial = 3 AND metric = 1"; }
  SUBCASE("a scalar that is gone") { change = "DELETE FROM scalars WHERE trial = 3"; }
  SUBCASE("a series") { change = "UPDATE series SET value = zeroblob(24) WHERE trial = 3 AND metric = 3"; }
  SUBCASE("a status") { change = "UPDATE trials SET status = 'diverged' WHERE trial = 3"; }
  SUBCASE("parameters") { change = "UPDATE trials SET params = replace(params, '3', '4') WHERE trial = 3"; }
  SUBCASE("a metric's name") { change = "UPDATE metrics SET name = 'mus' WHERE metric = 1"; }
  SUBCASE("the checksum itself") { change = "UPDATE trials SET checksum = checksum + 1 WHERE trial = 3"; }
  alter(scratch, change);
  CAPTURE(change);
  CHECK(contains(refusal(), "is damaged"));
}

TEST_CASE("a store of version 1 is read as it is, and migrated by the next run") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(12);
  run(scratch, sweep);
  const std::string before = csv_of(scratch, sweep);
  alter(scratch,
        "ALTER TABLE trials DROP COLUMN checksum; ALTER TABLE arrays DROP COLUMN checksum;"
        "PRAGMA user_version = 1");
  CHECK(csv_of(scratch, sweep) == before);
  run(scratch, walker_sweep(13));
  CHECK(csv_of(scratch, sweep) == before);
  const Database database(scratch.db(), scratch.db(), SQLITE_OPEN_READONLY);
  CHECK(database.integer("PRAGMA user_version") == store_version);
  CHECK(database.integer("SELECT count(*) FROM trials WHERE checksum = 0") == 0);
  alter(scratch, "UPDATE scalars SET value = 1 WHERE trial = 1");
  CHECK(contains(message_of([&] { csv_of(scratch, sweep); }), "is damaged"));
}
