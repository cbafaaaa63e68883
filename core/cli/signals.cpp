#include "core/cli/signals.hpp"

#include <csignal>
#include <cstdlib>

#include "core/cli/cli.hpp"

namespace qklab {

namespace {

// These are the only globals: a signal handler can access nothing else.
std::atomic<bool> listening{false}, stop{false}, asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int signal) {
  if (!listening) std::_Exit(exit_interrupted);
  const bool by_someone = signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
  if (by_someone && asked.exchange(true)) std::_Exit(exit_interrupted);
  stop = true;
}

void handle_unless_ignored(int signal) {
  struct sigaction action = {};
  if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void take_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU}) handle_unless_ignored(signal);
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

const std::atomic<bool>& stop_on_signals() {
  listening = true;
  return stop;
}

}  // namespace qklab
