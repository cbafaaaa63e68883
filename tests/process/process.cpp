#include "core/process/process.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

using namespace qklab;

namespace {

ProcessEnd shell(const std::string& script, std::vector<std::string> environment = {"PATH=/usr/bin:/bin"},
                 const std::string& folder = "") {
  return run_process({{"sh", "-c", script}, std::move(environment), folder});
}

}  // namespace

TEST_CASE("process: output and errors come apart, with the exit code") {
  const ProcessEnd end = shell("echo answer; echo note >&2; exit 3");
  CHECK(end.output == "answer\n");
  CHECK(end.errors == "note\n");
  CHECK(end.code == 3);
  CHECK(!end.well());
  CHECK(shell("true").well());
}

TEST_CASE("process: more than a pipe holds on both at once") {
  const ProcessEnd end = shell(
      "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; "
      "echo 0123456789012345678901234567890123456789 >&2; i=$((i + 1)); done");
  CHECK(end.well());
  CHECK(end.output.size() == 3000 * 41);
  CHECK(end.errors.size() == 3000 * 41);
}

TEST_CASE("process: what kills it and what is not there are told apart") {
  CHECK(shell("kill -9 $$").signal == SIGKILL);
  CHECK(!shell("kill -9 $$").well());
  const ProcessEnd none = run_process({{"no-such-program-anywhere"}, {}});
  CHECK(none.failure == ENOENT);
  CHECK(!none.well());
}

TEST_CASE("process: one that outlasts its limit is killed, whatever it does with its output") {
  using namespace std::chrono_literals;
  const auto limited = [](const std::string& script, std::chrono::milliseconds limit) {
    return run_process({{"sh", "-c", script}, {"PATH=/usr/bin:/bin"}, "", limit});
  };
  for (const char* hangs : {"exec sleep 1000", "exec sleep 1000 >/dev/null 2>&1", "sleep 1000; echo",
                            "while :; do echo all the time; done"}) {
    CAPTURE(hangs);
    const ProcessEnd end = limited(hangs, 200ms);
    CHECK(end.overdue);
    CHECK(end.signal == SIGKILL);
    CHECK(!end.well());
  }
  const ProcessEnd end = limited("sleep 0.05; echo in time", 1000s);
  CHECK(!end.overdue);
  CHECK(end.well());
  CHECK(end.output == "in time\n");
}

TEST_CASE("process: signals that this program ignores are not ignored there") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  CHECK(shell("kill -PIPE $$; echo alive").signal == SIGPIPE);
  std::signal(SIGPIPE, before);
}

TEST_CASE("process: it sees the environment and the folder that it is given") {
  CHECK(shell("echo $WORD; pwd", {"PATH=/usr/bin:/bin", "WORD=here"}, "/").output == "here\n/\n");
  setenv("QKLAB_HIDDEN_WORD", "1", 1);
  setenv("QKLAB_SHOWN_WORD", "2", 1);
  const auto hidden = [](std::string_view variable) { return variable.starts_with("QKLAB_HIDDEN_"); };
  const ProcessEnd end =
      shell("echo $ADDED$QKLAB_HIDDEN_WORD$QKLAB_SHOWN_WORD", environment_without(hidden, {"ADDED=0"}));
  CHECK(end.output == "02\n");
}
