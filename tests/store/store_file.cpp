#include "core/store/store_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/skip.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

// Runs `action` as a user to whom permissions apply; false if that is not possible.
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

TEST_CASE("the lock is that of the directory that is asked for, though the one it was asked in was moved") {
  const Scratch scratch;
  const std::string at = scratch.path + "/out", aside = scratch.path + "/aside";
  make_directories(at);
  auto first = std::make_unique<WriterLock>(at + "/run.db");
  fs::rename(at, aside);
  make_directories(at);
  const WriterLock second(at + "/run.db");  // on another file
  CHECK(contains(message_of([&] { WriterLock(at + "/run.db"); }), "another qklab run"));
  CHECK(contains(message_of([&] { WriterLock(aside + "/run.db"); }), "another qklab run"));
  first.reset();
  CHECK(message_of([&] { WriterLock(aside + "/run.db"); }) == "");
}

TEST_CASE("paths that a URI, a shell or SQLite would take for something else") {
  for (const std::string name :
       {"a b", "100%", "a#b", "what?", "file:x", "line\nend", "caf\xe9", "it's \"so\"", "-x"}) {
    const Scratch scratch;
    const std::string directory = scratch.path + "/" + name;
    CAPTURE(name);
    make_directories(directory);
    const Sweep sweep = walker_sweep(3);
    for (const std::string& path :
         {directory + "/run.db", "/" + directory + "/run.db", directory + "//run.db"}) {
      Store(path, Store::Mode::write).set_source({"t.yaml", "", "fast", {}}, "walker", 1);
      CHECK(Store(path, Store::Mode::read).counts().done == 0);
      Store(path, Store::Mode::read).copy_to(directory + "/copy.db");
      CHECK(fs::exists(directory + "/copy.db"));
    }
  }
  // A relative path that SQLite could read as a URI.
  const Scratch scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path);
  make_directories("file:x");
  CHECK(message_of([] { Store("file:x/run.db", Store::Mode::write); }) == "");
  CHECK(fs::exists(scratch.path + "/file:x/run.db"));
  fs::current_path(before);
}

TEST_CASE("a path that is too long for SQLite is said to be, and one that is not is taken") {
  const Scratch scratch;
  std::string directory = scratch.path;
  while (directory.size() < 380) directory += "/" + std::string(40, 'd');
  const auto refusal = [&](std::size_t length) {
    const std::string at = directory + "/" + std::string(length - directory.size() - 8, 'e');
    make_directories(at);
    return message_of([&] { Store(at + "/run.db", Store::Mode::write); });
  };
  CHECK(refusal(504) == "");
  CHECK(contains(refusal(505), "too long"));
  CHECK(contains(refusal(620), "choose a shorter one"));
}

TEST_CASE("a store has the modes that the umask leaves") {
  for (const mode_t mask : {mode_t{0002}, mode_t{0022}, mode_t{0077}}) {
    const Scratch scratch;
    const mode_t before = umask(mask);
    Store store(scratch.db(), Store::Mode::write);
    store.set_source({"t.yaml", "", "fast", {}}, "walker", 1);
    store.copy_to(scratch.path + "/copy.db");
    umask(before);
    for (const auto& entry : fs::directory_iterator(scratch.path)) {
      CAPTURE(entry.path());
      struct stat found;
      REQUIRE(stat(entry.path().c_str(), &found) == 0);
      CHECK((found.st_mode & 0777) == (0666 & ~mask));
    }
  }
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
    execute("PRAGMA user_version = 4");
    both_say("version 4, this qklab reads versions 1 to 3; use the newer");
  }
  SUBCASE("an older version") {
    fill(scratch, walker_sweep(3));
    execute("PRAGMA user_version = 0");
    both_say("version 0, this qklab reads versions 1 to 3");
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
  CHECK(seen == 1);  // the state of the file at one moment
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
    skip("permissions do not bind this user");
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
