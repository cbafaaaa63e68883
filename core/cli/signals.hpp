// What ends a run: Ctrl-C, SIGTERM and SIGHUP, and what batch systems send ahead of a limit (SIGUSR1,
// SIGUSR2, SIGXCPU). All ask for a stop, so that what is finished gets saved.
#pragma once

#include <atomic>

namespace qklab {

// To be called first in main. Until stop_on_signals() is called, one of these signals ends the program with
// exit_interrupted: nothing has been begun that would have to be saved. A signal that the caller had ignored
// when it started the program (nohup, or a shell's background job) stays ignored.
//
// Writing behind a closed pipe or over the limit of a file's size is an error that is told, and no end.
void take_signals();

// From now on the first of these signals sets this, and the program is to end soon. A second Ctrl-C, SIGTERM
// or SIGHUP leaves at once. Those sent ahead of a limit come again and again (SIGXCPU every second) and ask
// for no haste, so that they do not count. Lock-free, so a handler may write it.
const std::atomic<bool>& stop_on_signals();

}  // namespace qklab
