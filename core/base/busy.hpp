// The error for what another process holds.
#pragma once

#include "core/base/error.hpp"

namespace qklab {

// Another process holds what is needed: the same command may succeed later. Exit code 75, as EX_TEMPFAIL of sysexits.h.
struct Busy : Error {
  using Error::Error;
};

}  // namespace qklab
