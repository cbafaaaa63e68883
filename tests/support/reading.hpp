// Reads configs for the tests.
#pragma once

#include <string>
#include <vector>

#include "core/config/config.hpp"

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

}  // namespace qklab::test
