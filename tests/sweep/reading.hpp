// Configs as the tests read them: a sweep that must be there, or messages that must be.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/sweep/config.hpp"

namespace qklab::test {

struct Reading {
  Config config;
  std::vector<std::string> messages;
};

inline Reading read_config(const std::string& text, const std::vector<std::string>& overrides = {},
                           const std::string& preset = "fast") {
  Diagnostics diagnostics;
  Reading reading;
  reading.config = parse_config({"t.yaml", text, preset, overrides}, diagnostics);
  reading.messages = diagnostics.messages();
  return reading;
}

inline Sweep sweep_of(const Reading& reading) {
  REQUIRE_MESSAGE(reading.messages.empty(), reading.messages.front());
  return reading.config.sweep;
}

// One error, at `place` ("line:column", or "" for anywhere in the file), that tells `part`.
inline void check_refused(const Reading& reading, const std::string& place, const std::string& part) {
  REQUIRE(reading.messages.size() == 1);
  const std::string& message = reading.messages.front();
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  CHECK_MESSAGE(message.find("t.yaml:" + (place.empty() ? "" : place + ": ")) == 0, message);
}

}  // namespace qklab::test
