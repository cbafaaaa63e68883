// Signals that end a run: Ctrl-C, SIGTERM and SIGHUP, and those that batch systems send before a limit
// (SIGUSR1, SIGUSR2, SIGXCPU). All ask for a stop, so that finished trials are saved.
#pragma once

#include <atomic>

namespace qklab {

// Must be called first in main. Until stop_on_signals() is called, one of these signals ends the program with
// exit_interrupted, since there is nothing to save yet. A signal that was ignored when the program was
// started (by nohup, or for a shell's background job) stays ignored.
//
// Writing to a closed pipe, or beyond the limit of a file's size, becomes an error and does not kill the
// program.
void take_signals();

// After this call the first of these signals sets the returned flag, and the program should end soon. A
// second Ctrl-C, SIGTERM or SIGHUP ends it at once. Signals sent before a limit are repeated (SIGXCPU every
// second) and are not urgent, so repetitions of these do not count. The flag is lock-free, so a handler may
// write it.
const std::atomic<bool>& stop_on_signals();

}  // namespace qklab
