#include "core/store/merge.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/export/csv.hpp"
#include "core/store/sqlite.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

void run(const std::string& directory, const Sweep& sweep, const Shard& shard = {}) {
  make_directories(directory);
  Store store(directory + "/run.db", Store::Mode::write);
  ConfigSource source;
  source.file = "test.yaml";
  source.text = "some config";
  store.set_source(source, "walker", 1);
  RunOptions options;
  options.jobs = 2;
  options.directory = directory;
  options.shard = shard;
  run_trials(sweep, store, options, never);
}

void alter(const std::string& directory, const std::string& sql) {
  const std::string path = directory + "/run.db";
  Database(path, path, SQLITE_OPEN_READWRITE).execute(sql.c_str());
}

std::string csv(const std::string& directory, const Sweep& sweep) {
  const Store store(directory + "/run.db", Store::Mode::read);
  export_csv(store, sweep, directory);
  return read_file(directory + "/trials.csv") + read_file(directory + "/series.csv");
}

// Replaces the stored result of the first trial that is done, including its checksum.
void store_other(const std::string& directory, const Sweep& sweep, Status status, double sum) {
  Store store(directory + "/run.db", Store::Mode::write);
  const auto statuses = store.statuses();
  for (const TrialSpec& spec : specs_of(sweep)) {
    const auto found = statuses.find(spec.id);
    if (found == statuses.end() || found->second != Status::done) continue;
    auto other = finished(spec, status, status == Status::failed ? "out of memory" : "");
    if (status != Status::failed) other.result.scalar("sum", sum);
    store.put(walker(), {other});
    return;
  }
  FAIL("no trial is done");
}

}  // namespace

TEST_CASE("shards merged in any order, and by steps, are the single run to the byte") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(40);
  const std::string at = scratch.path + "/";
  run(at + "whole", sweep);
  std::vector<std::string> shards;
  for (const std::uint64_t index : {1u, 2u, 3u}) {
    shards.push_back(at + std::to_string(index));
    run(shards.back(), sweep, {index, 3});
  }
  do {
    std::filesystem::remove_all(at + "merged");
    const MergeCounts counts = merge(shards, at + "merged");
    CHECK(counts.added == 80);
    CHECK(counts.equal == 0);
    CHECK(csv(at + "merged", sweep) == csv(at + "whole", sweep));
  } while (std::next_permutation(shards.begin(), shards.end()));

  for (const std::string& shard : shards) merge({shard}, at + "steps");
  CHECK(csv(at + "steps", sweep) == csv(at + "whole", sweep));
  const std::string array = array_file(specs_of(sweep)[0].id, "grid");
  CHECK(read_file(at + "merged/" + array) == read_file(at + "whole/" + array));
  CHECK(Store(at + "merged/run.db", Store::Mode::read).source().text == "some config");
}

TEST_CASE("overlaps with equal results merge") {
  const Scratch scratch;
  const std::string a = scratch.path + "/a", b = scratch.path + "/b", out = scratch.path + "/out";
  run(a, walker_sweep(20));
  run(b, walker_sweep(30));
  const MergeCounts counts = merge({a, b}, out);
  CHECK(counts.added == 60);
  CHECK(counts.equal == 40);
  CHECK(merge({a, b}, out).equal == 100);
}

TEST_CASE("two results of one trial are refused by name, and nothing is left behind") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(10);
  const std::string a = scratch.path + "/a", b = scratch.path + "/b", out = scratch.path + "/out";
  run(a, sweep);
  run(b, sweep);
  store_other(b, sweep, Status::done, 17);
  for (const auto& order : {std::vector{a, b}, std::vector{b, a}}) {
    const std::string message = message_of([&] { merge(order, out); });
    CAPTURE(message);
    CHECK(contains(message, "trial " + trial_name(specs_of(sweep)[0].id) + " has two results"));
    CHECK(contains(message, order[1]));
    CHECK(contains(message, "\"number\": 0"));
    CHECK(!std::filesystem::exists(out));
  }
  merge({a}, out);
  const std::string before = csv(out, sweep);
  CHECK(contains(message_of([&] { merge({b}, out); }), "two results"));
  CHECK(csv(out, sweep) == before);
}

TEST_CASE("arrays that differ are a conflict, too") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(10);
  const std::string a = scratch.path + "/a", b = scratch.path + "/b";
  run(a, sweep);
  run(b, sweep);
  alter(b, "UPDATE arrays SET checksum = checksum + 1 WHERE trial = (SELECT min(trial) FROM arrays)");
  const std::string message = message_of([&] { merge({a, b}, scratch.path + "/out"); });
  CHECK(contains(message, "the files of array 'grid' differ"));
}

TEST_CASE("a failed trial gives way to one that did not fail, in either order") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(10);
  const std::string a = scratch.path + "/a", b = scratch.path + "/b";
  run(a, sweep);
  run(b, sweep);
  store_other(b, sweep, Status::failed, 0);
  CHECK(merge({a, b}, scratch.path + "/ab").replaced == 1);
  CHECK(merge({b, a}, scratch.path + "/ba").replaced == 1);
  CHECK(csv(scratch.path + "/ab", sweep) == csv(a, sweep));
  CHECK(csv(scratch.path + "/ba", sweep) == csv(a, sweep));
}

TEST_CASE("different configs need a choice, different experiments are refused") {
  const Scratch scratch;
  const std::string a = scratch.path + "/a", b = scratch.path + "/b", out = scratch.path + "/out";
  run(a, walker_sweep(3));
  run(b, walker_sweep(4));
  SUBCASE("overrides") {
    alter(b, "UPDATE meta SET value = '[\"number=1\"]' WHERE key = 'overrides'");
    CHECK(contains(message_of([&] { merge({a, b}, out); }), "different overrides"));
    merge({a, b}, out, b);
    CHECK(Store(out + "/run.db", Store::Mode::read).source().overrides ==
          std::vector<std::string>{"number=1"});
    CHECK(contains(message_of([&] { merge({a}, out, b); }), "none of the directories"));
  }
  SUBCASE("version of the experiment") {
    alter(b, "UPDATE meta SET value = 2 WHERE key = 'version'");
    CHECK(contains(message_of([&] { merge({a, b}, out, a); }), "different versions"));
  }
  SUBCASE("no store") {
    CHECK(contains(message_of([&] { merge({a, scratch.path + "/none"}, out); }), "no run directory"));
    CHECK(contains(message_of([&] { merge({}, out); }), "nothing to merge"));
    CHECK(contains(message_of([&] { merge({a, b}, a); }), "with --out alone"));
  }
}

TEST_CASE("a damaged shard is not merged") {
  const Scratch scratch;
  const std::string a = scratch.path + "/a";
  run(a, walker_sweep(3));
  alter(a, "UPDATE scalars SET value = value + 1e-9 WHERE trial = 1");
  CHECK(contains(message_of([&] { merge({a}, scratch.path + "/out"); }), "is damaged"));
}

TEST_CASE("a folder of run directories stands for all of them, however many") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(20);
  const std::string at = scratch.path + "/";
  run(at + "whole", sweep);
  constexpr std::uint64_t shards = 40;
  for (std::uint64_t i = 1; i <= shards; ++i) run(at + "shards/" + std::to_string(i), sweep, {i, shards});
  write_file(at + "shards/notes.txt", "no run directory");
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{shards, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  CHECK(merge({at + "shards"}, at + "merged").added == 40);
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(csv(at + "merged", sweep) == csv(at + "whole", sweep));
  make_directories(at + "empty");
  CHECK(
      contains(message_of([&] { merge({at + "empty"}, at + "none"); }), "nor is it a folder of directories"));
}

TEST_CASE("shards that read different files, or are of different builds of a plugin, need a choice") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(4);
  const std::string at = scratch.path + "/";
  const auto make = [&](const std::string& name, const std::string& text, const std::string& build) {
    run(at + name, sweep, name == "a" ? Shard{1, 2} : Shard{2, 2});
    Store store(at + name + "/run.db", Store::Mode::write);
    ConfigSource source = store.source();
    source.files = FileIdentities{{"text.txt", 3, text}};
    store.set_source(source, "walker", 1);
    store.add_plugin({"plugin.so", 5, build});
  };
  make("a", "one", "first");
  make("b", "two", "first");
  const auto refusal = [&] { return message_of([&] { merge({at + "a", at + "b"}, at + "c"); }); };
  CHECK(contains(refusal(), "different contents of text.txt"));
  make("b", "one", "second");
  CHECK(contains(refusal(), "different builds of a plugin"));
  merge({at + "a", at + "b"}, at + "c", at + "a");
  const FileIdentities builds = Store(at + "c/run.db", Store::Mode::read).plugins();
  REQUIRE(builds.size() == 2);
  CHECK(builds[0].sha256 == "first");
  CHECK(builds[1].sha256 == "second");
}
