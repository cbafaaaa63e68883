// Tests what a killed process leaves behind. The process is this program itself, run again.
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <tuple>

#include "tests/skip.hpp"
#include "tests/support/walker.hpp"

extern char** environ;

using namespace qklab;
using namespace qklab::test;
using namespace std::chrono_literals;

namespace {

constexpr int numbers = 4000;

pid_t start_child(const std::string& directory) {
  setenv("QKLAB_TEST_DIRECTORY", directory.c_str(), 1);
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const char* arguments[] = {self.c_str(), "--no-skip", "--test-case=child: runs a sweep", "--out=/dev/null",
                             nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, self.c_str(), nullptr, nullptr, const_cast<char**>(arguments), environ) == 0);
  return child;
}

// Waits until the child has begun to write, or has ended.
void wait_for_writing(pid_t child, const Scratch& scratch) {
  siginfo_t ended{};
  while (!std::filesystem::exists(scratch.db() + "-wal") && ended.si_pid == 0) {
    std::this_thread::sleep_for(1ms);
    waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
  }
}

// A file system of a given size in KiB, where that is allowed.
class SmallDisk {
 public:
  SmallDisk(const std::string& path, int kib) : path_(path) {
    std::filesystem::create_directory(path);
    mounted_ = mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + std::to_string(kib) + "k").c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  void grow() const { mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, "size=200m"); }

 private:
  std::string path_;
  bool mounted_;
};

// Kills children at random times until one has finished the sweep or enough were tried. Returns how many were
// killed before their end, and how many trials are stored.
std::pair<int, std::uint64_t> kill_children(const Scratch& scratch, Stream& stream) {
  constexpr std::uint64_t longest = 2000000;
  std::uint64_t before = 0, microseconds = 4000;
  int cut_short = 0;
  for (int round = 0; round < 30 && before < 2 * numbers; ++round) {
    const pid_t child = start_child(scratch.path);
    wait_for_writing(child, scratch);
    std::this_thread::sleep_for(std::chrono::microseconds(stream.below(microseconds)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    Store store(scratch.db(), Store::Mode::write);
    const std::uint64_t now = store.statuses().size();
    CHECK(now >= before);
    // On a slow machine a child needs longer before it has finished anything.
    microseconds = now > before ? microseconds + 4000 : std::min(microseconds * 3 / 2, longest);
    cut_short += now < 2 * numbers ? 1 : 0;
    before = now;
  }
  return {cut_short, before};
}

// Called after SIGSTOP: false if the child had ended before the signal came.
bool has_stopped(pid_t child) {
  siginfo_t change{};
  waitid(P_PID, static_cast<id_t>(child), &change, WEXITED | WSTOPPED | WNOWAIT);
  return change.si_code == CLD_STOPPED;
}

// Returns a child that is stopped while it writes into the folder, so that it cannot end; SIGCONT lets it
// continue.
pid_t stopped_while_writing(std::optional<Scratch>& folder) {
  for (;;) {
    folder.emplace();
    const pid_t child = start_child(folder->path);
    wait_for_writing(child, *folder);
    kill(child, SIGSTOP);
    if (has_stopped(child)) return child;
    waitpid(child, nullptr, 0);  // it ended too early: try another one
  }
}

}  // namespace

TEST_CASE("child: runs a sweep" * doctest::skip()) {
  const char* directory = std::getenv("QKLAB_TEST_DIRECTORY");
  REQUIRE(directory);
  Store store(std::string(directory) + "/run.db", Store::Mode::write);
  RunOptions options;
  options.jobs = 2;
  options.directory = directory;
  run_trials(walker_sweep(numbers), store, options, never);
}

TEST_CASE("killed at any moment, a run loses no more than what it was at") {
  Stream stream(3, 0, "kills");
  std::optional<Scratch> folder;
  int cut_short = 0;
  std::uint64_t before = 0;
  while (cut_short == 0) {  // on a busy machine, the first kill may come after the end of the sweep
    folder.emplace();
    std::tie(cut_short, before) = kill_children(*folder, stream);
  }
  const Scratch& scratch = *folder;
  MESSAGE("cut short " << cut_short << " times, " << before << " of " << 2 * numbers << " finished by then");
  CHECK(before > 0);

  const Sweep sweep = walker_sweep(numbers);
  RunOptions options;
  options.jobs = 2;
  options.directory = scratch.path;
  {
    Store store(scratch.db(), Store::Mode::write);
    const RunOutcome outcome = run_trials(sweep, store, options, never);
    CHECK(outcome.progress.resumed == before);
  }
  const Scratch undisturbed;
  options.directory = undisturbed.path;
  {
    Store store(undisturbed.db(), Store::Mode::write);
    run_trials(sweep, store, options, never);
  }
  CHECK((csv_of(scratch, sweep) == csv_of(undisturbed, sweep)));
}

TEST_CASE("another process that writes is named, and does not keep readers out") {
  std::optional<Scratch> folder;
  const pid_t child = stopped_while_writing(folder);
  const Scratch& scratch = *folder;
  const std::string message = message_of([&] { Store(scratch.db(), Store::Mode::write); });
  kill(child, SIGCONT);
  std::uint64_t last = 0;
  int reads = 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    // There may be no store yet, or the writer may have just ended; but the store is never locked.
    const std::string why = message_of([&] {
      const StoreCounts counts = Store(scratch.db(), Store::Mode::read).counts();
      CHECK(counts.done >= last);
      last = counts.done;
      ++reads;
    });
    CHECK(!contains(why, "locked"));
    std::this_thread::sleep_for(1ms);
  }
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(contains(message, "another qklab run is writing to " + scratch.path));
  CHECK(contains(message, "pid " + std::to_string(child)));
  CHECK(reads > 0);
  CHECK(Store(scratch.db(), Store::Mode::read).statuses().size() == 2 * numbers);
}

TEST_CASE("a disk that is really full is said to be, and once it has room the run goes on") {
  const Scratch scratch;
  for (const int kib : {40, 150, 400, 1000}) {
    CAPTURE(kib);
    const std::string path = scratch.path + "/disk" + std::to_string(kib);
    const SmallDisk disk(path, kib);
    if (!disk.mounted()) {
      skip("mounting is not allowed here");
      return;
    }
    RunOptions options;
    options.jobs = 2;
    options.directory = path;
    const auto attempt = [&] {
      Store store(path + "/run.db", Store::Mode::write);
      return run_trials(walker_sweep(numbers), store, options, never).progress;
    };
    const std::string message = message_of([&] { attempt(); });
    CAPTURE(message);
    const bool said = contains(message, "disk full while writing " + path + "/run.db") ||
                      contains(message, ".npy: cannot be written: No space left on device") ||
                      contains(message, "cannot be created: No space left on device");
    CHECK(said);
    disk.grow();
    const Progress progress = attempt();
    CHECK(progress.resumed + progress.finished() == 2 * numbers);
    if (contains(message, "trials are safe"))
      CHECK(contains(message, ": " + std::to_string(progress.resumed) + " finished trials are safe"));
  }
}
