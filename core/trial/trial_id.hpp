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

// What one parameter's value adds to the sum whose hash is a trial's id; 0 for the default of a later one.
std::uint64_t parameter_hash(const Parameter& parameter, const Value& value);

// The key of a trial's random numbers: its id, or the id that it would have with the defaults of all parameters that stand
// aside, so that trials which differ in these alone draw the same numbers.
std::uint64_t stream_key(std::uint64_t id, const Parameters& params);

std::string trial_name(std::uint64_t id);  // 16 hexadecimal digits
std::optional<std::uint64_t> parse_trial_name(std::string_view name);

}  // namespace qklab
