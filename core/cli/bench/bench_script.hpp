// Runs programs for comparison that are written in Python, under bench/.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace qklab {

// Runs `bench/<command>` and returns its output, which is JSON. Throws Error if it does not run.
nlohmann::json run_script(std::string_view command);

}  // namespace qklab
