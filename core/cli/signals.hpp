// Ctrl-C, SIGTERM and SIGHUP ask for a stop; a second one leaves at once.
#pragma once

#include <atomic>

namespace qklab {

// Set by the first of these signals from now on. Lock-free, so a handler may write it.
const std::atomic<bool>& stop_on_signals();

}  // namespace qklab
