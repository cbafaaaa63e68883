// The process that is writing a run directory.
#pragma once

#include <string>

namespace qklab {

// Its id; "" if nobody writes. The lock is not asked for, since that would disturb a run that begins: the log and the
// process tell as much.
std::string writer_of(const std::string& directory);

}  // namespace qklab
