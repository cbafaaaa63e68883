#include "core/cli/signals.hpp"

#include <csignal>
#include <cstdlib>

#include "core/cli/cli.hpp"

namespace qklab {

namespace {

std::atomic<bool> stop{false};  // the one global: a signal handler can reach nothing else
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int) {
  if (stop.exchange(true)) std::_Exit(exit_interrupted);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  return stop;
}

}  // namespace qklab
