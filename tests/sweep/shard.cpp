#include "core/sweep/shard.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

std::vector<std::uint64_t> members(const Sweep& sweep, const Shard& shard) {
  const ShardMembers filter(sweep, shard);
  std::vector<std::uint64_t> ids;
  for (const std::uint64_t id : sweep.ids())
    if (filter.has(id)) ids.push_back(id);
  return ids;
}

RunOptions options_of(const Scratch& scratch, const Shard& shard = {}) {
  RunOptions options;
  options.jobs = 2;
  options.directory = scratch.path;
  options.shard = shard;
  return options;
}

}  // namespace

TEST_CASE("shards are written I/N") {
  CHECK(parse_shard("2/3").index == 2);
  CHECK(parse_shard("2/3").count == 3);
  CHECK(parse_shard("1/1").is_whole());
  CHECK(parse_shard("2/3").str() == "2/3");
  for (const char* text : {"", "1", "/", "1/", "/3", "0/3", "4/3", "-1/3", "1/3/2", "a/3", "1/3x", "1.0/3",
                           " 1/3", "1/99999999999", "99999999999999999999/3"}) {
    CAPTURE(text);
    CHECK(contains(message_of([&] { parse_shard(text); }), "expected I/N"));
  }
}

TEST_CASE("shards are disjoint, cover the sweep, and differ by one trial at most") {
  const Sweep sweep = walker_sweep(23);  // 46 trials
  for (const std::uint64_t count : {1u, 2u, 3u, 7u, 45u, 46u, 60u}) {
    CAPTURE(count);
    std::vector<std::uint64_t> all;
    std::size_t smallest = 1000, largest = 0;
    for (std::uint64_t index = 1; index <= count; ++index) {
      const auto part = members(sweep, {index, count});
      smallest = std::min(smallest, part.size());
      largest = std::max(largest, part.size());
      all.insert(all.end(), part.begin(), part.end());
    }
    CHECK(largest - smallest <= 1);
    auto expected = sweep.ids();
    std::sort(all.begin(), all.end());
    std::sort(expected.begin(), expected.end());
    CHECK(all == expected);
  }
}

TEST_CASE("no shard gets one value of an axis alone") {
  const Sweep sweep = walker_sweep(100);  // two labels, which vary fastest
  for (const std::uint64_t index : {1u, 2u}) {
    const ShardMembers filter(sweep, {index, 2});
    int plain = 0;
    sweep.for_each([&](const TrialSpec& trial) {
      plain += filter.has(trial.id) && trial.params.text("label") == "plain";
      return true;
    });
    CHECK(plain > 25);
    CHECK(plain < 75);
  }
}

TEST_CASE("shards run one after the other make up the run, and each runs its own trials alone") {
  const Sweep sweep = walker_sweep(30);
  const Scratch whole, shards;
  {
    Store store(whole.db(), Store::Mode::write);
    run_trials(sweep, store, options_of(whole), never);
    Store parts(shards.db(), Store::Mode::write);
    for (const std::uint64_t index : {2u, 3u, 1u}) {
      const Progress progress = run_trials(sweep, parts, options_of(shards, {index, 3}), never).progress;
      CHECK(progress.total == 20);
      CHECK(progress.resumed == 0);
    }
  }
  CHECK(csv_of(whole, sweep) == csv_of(shards, sweep));
}

TEST_CASE("what another directory has finished is not run again") {
  const Scratch first, second;
  {
    Store store(first.db(), Store::Mode::write);
    run_trials(walker_sweep(10), store, options_of(first), never);
  }
  RunOptions options = options_of(second);
  options.besides = {first.path};
  Store store(second.db(), Store::Mode::write);
  const Progress progress = run_trials(walker_sweep(15), store, options, never).progress;
  CHECK(progress.total == 10);
  CHECK(progress.resumed == 20);
}
