#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "core/cli/cli.hpp"
#include "core/cli/serve/live.hpp"
#include "core/cli/serve/screen.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"

namespace qklab {

namespace {

int watch(const std::string& directory, double interval, bool once) {
  const std::atomic<bool>& stop = stop_on_signals();
  LiveView view(directory);
  const Experiment& experiment = *view.loaded().config.experiment;
  const bool redraws = !once && isatty(STDOUT_FILENO) != 0;
  while (true) {
    const auto begin = std::chrono::steady_clock::now();
    const LiveState state = view.look(true);
    const auto width = static_cast<std::size_t>(terminal_width());
    std::vector<std::string> lines = screen(state, experiment, width);
    if (redraws) fit(lines, static_cast<std::size_t>(terminal_height()), width);
    std::string text = redraws ? "\x1b[H" : "";
    for (const std::string& line : lines) text += line + (redraws ? "\x1b[K\n" : "\n");
    fmt::print("{}{}", text, redraws ? "\x1b[J" : "");
    std::fflush(stdout);
    if (once || state.is_complete()) return exit_done;
    // A look at a large store takes its time; it must not take all the time.
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto pause =
        std::max<std::chrono::duration<double>>(std::chrono::duration<double>(interval), 4 * took);
    for (const auto until = std::chrono::steady_clock::now() + pause;
         std::chrono::steady_clock::now() < until;) {
      if (stop) return exit_done;  // the run itself is not concerned
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

}  // namespace

void add_watch(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::string directory;
    double interval = 1;
    bool once = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("watch", "a running sweep in the terminal: progress, curves, failures");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--interval", arguments->interval, "seconds between looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->type_name("SECONDS");
  verb->add_flag("--once", arguments->once, "print the state and leave");
  verb->callback(
      [arguments, &exit] { exit = watch(arguments->directory, arguments->interval, arguments->once); });
}

}  // namespace qklab
