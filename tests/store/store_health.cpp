#include "core/store/store_health.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "core/store/merge.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

void run(const Scratch& scratch, const Sweep& sweep) {
  Store store(scratch.db(), Store::Mode::write);
  store.set_source({"t.yaml", "text", "fast", {}}, "walker", 1);
  RunOptions options;
  options.directory = scratch.path;
  run_trials(sweep, store, options, never);
}

}  // namespace

TEST_CASE("a store that nobody touched is good") {
  const Scratch scratch;
  run(scratch, walker_sweep(30));
  const StoreHealth health = check_store(scratch.path);
  CHECK(health.is_good());
  CHECK(health.intact == 60);
}

TEST_CASE("a number that was altered is found, and the rest is kept") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(30);
  run(scratch, sweep);
  Database(scratch.db(), scratch.db(), SQLITE_OPEN_READWRITE)
      .execute(
          "UPDATE scalars SET value = value + 1 WHERE metric = 1 AND trial IN "
          "(SELECT trial FROM scalars WHERE metric = 1 ORDER BY trial LIMIT 2)");
  const StoreHealth health = check_store(scratch.path);
  CHECK(!health.is_good());
  CHECK(health.file.empty());
  CHECK(health.damaged.size() == 2);
  CHECK(health.intact == 58);

  const std::string out = scratch.path + "/out";
  const MergeCounts counts = merge({scratch.path}, out, "", true);
  CHECK(counts.added == 58);
  CHECK(counts.lost == 2);
  CHECK(check_store(out).is_good());
}

TEST_CASE("arrays that are gone or altered are found") {
  const Scratch scratch;
  run(scratch, walker_sweep(30));
  const Sweep sweep = walker_sweep(30);
  const std::string first = array_file(specs_of(sweep)[0].id, "grid"),
                    other = array_file(specs_of(sweep)[1].id, "grid");
  REQUIRE(std::filesystem::remove(scratch.path + "/" + first));
  std::string bytes = read_file(scratch.path + "/" + other);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(scratch.path + "/" + other, bytes);
  const StoreHealth health = check_store(scratch.path);
  CHECK(health.arrays.size() == 2);
  CHECK(health.intact == 58);
}

TEST_CASE("of a file with an overwritten page the rest is salvaged") {
  const Scratch scratch;
  const Sweep sweep = walker_sweep(1500);
  run(scratch, sweep);
  const auto size = std::filesystem::file_size(scratch.db());
  REQUIRE(size > 40 * 4096);
  std::fstream file(scratch.db(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
  file << std::string(4096, 'x');
  file.close();
  CHECK(!check_store(scratch.path).is_good());
  const std::string out = scratch.path + "/out";
  const MergeCounts counts = merge({scratch.path}, out, "", true);
  CHECK(counts.added > 100);
  CHECK(counts.added < 3000 + 1);
  CHECK(check_store(out).is_good());
}
