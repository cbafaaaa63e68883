// One trial of a sweep, and the name made from its id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/schema/schema.hpp"

namespace qklab {

// A trial's id and its resolved parameters.
struct TrialSpec {
  std::uint64_t id = 0;
  Parameters params;
};

std::string trial_name(std::uint64_t id);  // 16 hexadecimal digits
std::optional<std::uint64_t> parse_trial_name(std::string_view name);

}  // namespace qklab
