// Checks on the result of reading a config: a sweep, or one message.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tests/support/reading.hpp"

namespace qklab::test {

inline Sweep sweep_of(const Reading& reading) {
  REQUIRE_MESSAGE(reading.messages.empty(), reading.messages.front());
  return reading.config.sweep;
}

// Demands exactly one error, at `place` ("line:column", or "" for anywhere in the file), whose message
// contains `part`.
inline void check_refused(const Reading& reading, const std::string& place, const std::string& part) {
  REQUIRE(reading.messages.size() == 1);
  const std::string& message = reading.messages.front();
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  CHECK_MESSAGE(message.find("t.yaml:" + (place.empty() ? "" : place + ": ")) == 0, message);
}

}  // namespace qklab::test
