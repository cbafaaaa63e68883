#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include "core/cli/cli.hpp"
#include "core/cli/serve/live.hpp"
#include "core/cli/serve/screen.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"

namespace qklab {

namespace {

// Keys are read as they are pressed, without Enter; at the end the terminal is as it was.
class Keys {
 public:
  // In the background nobody types, and to change the terminal there would stop the program.
  explicit Keys(bool wanted)
      : wanted_(wanted && tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!wanted_) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  ~Keys() {
    if (wanted_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  // Whether q was pressed.
  bool quit() const {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (wanted_ && poll(&input, 1, 0) == 1 && (input.revents & POLLIN) != 0) {
      char key = 0;
      if (read(STDIN_FILENO, &key, 1) != 1) return false;
      if (key == 'q' || key == 'Q') return true;
    }
    return false;
  }

 private:
  termios before_{};
  bool wanted_;
};

int watch(const std::string& directory, double interval, bool once) {
  const std::atomic<bool>& stop = stop_on_signals();
  LiveView view(directory);
  const Experiment& experiment = *view.loaded().config.experiment;
  // A dumb terminal, as an editor's, shows escape codes instead of obeying them.
  const char* const terminal = std::getenv("TERM");
  const bool obeys = terminal == nullptr || std::string_view(terminal) != "dumb";
  const bool redraws = !once && isatty(STDOUT_FILENO) != 0 && obeys;
  const Keys keys(redraws && isatty(STDIN_FILENO) != 0);
  std::pair<int, int> size;  // of the terminal when it was last drawn
  while (true) {
    const auto begin = std::chrono::steady_clock::now();
    const LiveState state = view.look(true);
    const auto width = static_cast<std::size_t>(terminal_width());
    std::vector<std::string> lines = screen(state, experiment, width);
    if (redraws) fit(lines, static_cast<std::size_t>(terminal_height()), width);
    // A terminal that has become another size has broken its lines anew: nothing of them stays.
    const std::pair now = {terminal_width(), terminal_height()};
    std::string text = !redraws ? "" : now == size ? "\x1b[H" : "\x1b[H\x1b[2J";
    size = now;
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
      if (stop || keys.quit()) return exit_done;  // the run itself is not concerned
      if (redraws && std::pair{terminal_width(), terminal_height()} != size) break;
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
