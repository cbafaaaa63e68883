// A peer written in Python, under bench/.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace qklab {

// What `bench/<command>` prints, as JSON. Throws Error where it does not run.
nlohmann::json run_script(std::string_view command);

}  // namespace qklab
