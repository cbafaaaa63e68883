// qklab: reads the command line, runs one verb, and turns what it throws into an exit code.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/busy.hpp"
#include "core/base/error.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/completion/slips.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/directory/version.hpp"
#include "core/kernels/level.hpp"
#include "core/text/text_check.hpp"
#include "core/trial/plugin.hpp"

namespace qklab {
namespace {

// Loads the libraries that $QKLAB_PLUGIN names, separated by colons.
void load_plugins_of_environment() {
  const char* const named = std::getenv("QKLAB_PLUGIN");
  std::istringstream paths(named == nullptr ? "" : named);
  for (std::string path; std::getline(paths, path, ':');)
    if (!path.empty()) load_plugin(path);
}

int run_program(int argc, char** argv) {
  kernels::level();  // checked before anything is computed: throws if QKLAB_SIMD names no level
  load_plugins_of_environment();
  CLI::App app{"qklab: how a query-key eigenspectrum shapes attention"};
  app.name("qklab");
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();
  app.fallthrough();  // --plugin may follow the verb
  app.set_version_flag("--version", [] { return version_text(); });
  app.footer(
      "Exit codes: 0 done; 1 trials failed or a verdict fell short; 2 bad input; 75 another "
      "process is writing the run directory; 130 interrupted.");
  std::vector<std::string> plugins;
  app.add_option("--plugin", plugins,
                 "load experiments and choices from a shared library; may be given several times")
      ->type_name("FILE.so")
      ->allow_extra_args(false)
      ->each([](const std::string& path) { load_plugin(path); });

  // What follows `launch ... --` is for another program.
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto dashes = std::find(words.begin(), words.end(), "--");
  const auto split = std::find(words.begin(), dashes, "launch") != dashes ? dashes : words.end();
  const std::vector<std::string> handed_on(split == words.end() ? split : split + 1, words.end());

  Exit exit = exit_done;
  add_run(app, exit);
  add_reproduce(app, exit);
  add_confirm(app, exit);
  add_status(app, exit);
  add_ls(app, exit);
  add_report(app, exit);
  add_export(app, exit);
  add_trace(app, exit);
  add_spectrum(app, exit);
  add_verify(app, exit);
  add_audit(app, exit);
  add_diff(app, exit);
  add_completion(app, exit);
  add_query(app, exit);
  add_watch(app, exit);
  add_serve(app, exit);
  add_merge(app, exit);
  add_replay(app, exit);
  add_launch(app, exit, handed_on);
  add_list(app, exit);
  add_describe(app, exit);
  add_new(app, exit);
  add_schema(app, exit);
  add_bench(app, exit);
  try {
    app.parse(static_cast<int>(split - words.begin()) + 1, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      if (const std::string slip = find_slip(app, {words.begin(), split}); !slip.empty())
        throw InputError(slip);
    }
    return app.exit(error) == 0 ? exit_done : exit_bad_input;
  }
  return exit;
}

}  // namespace
}  // namespace qklab

namespace {

// File names may hold bytes that are not text and invisible characters; the message shows them readably.
int tell(const char* prefix, const char* message, int code) {
  qklab::say(stderr, "{}{}\n", prefix, qklab::readable(message));
  return code;
}

bool reader_is_gone() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

// Buffered output is written here, and only here an error of writing shows. A reader of a pipe may stop when
// it has what it wanted, as `head` does; that is no error.
int flush_output(int code) {
  errno = 0;
  const bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!lost || reader_is_gone()) return code;
  const char* const why = errno != 0 ? std::strerror(errno) : "not all of it was written";
  const int failed = tell("qklab: standard output cannot be written: ", why, qklab::exit_failed);
  return code == qklab::exit_done ? failed : code;
}

// True if the name is at fault, not the disk: it is too long, or leads through something that is not a
// folder.
bool name_is_at_fault(const std::error_code& code) {
  return code == std::errc::filename_too_long || code == std::errc::too_many_symbolic_link_levels ||
         code == std::errc::not_a_directory || code == std::errc::permission_denied;
}

int run_to_end(int argc, char** argv) {
  try {
    return qklab::run_program(argc, argv);
  } catch (const qklab::InputError& error) {
    return tell("", error.what(), qklab::exit_bad_input);
  } catch (const qklab::Busy& error) {
    return tell("qklab: ", error.what(), qklab::exit_busy);
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string message = fmt::format("{}: {}", error.path1().string(), error.code().message());
    return tell("", message.c_str(),
                name_is_at_fault(error.code()) ? qklab::exit_bad_input : qklab::exit_failed);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::broken_pipe) return qklab::exit_done;
    return tell("qklab: ", error.what(), qklab::exit_failed);
  } catch (const std::exception& error) {
    return tell("qklab: ", error.what(), qklab::exit_failed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  qklab::take_signals();
  return flush_output(run_to_end(argc, argv));
}
