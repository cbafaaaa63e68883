// Checks whether a directory's verdicts and figures follow from its results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/results.hpp"

namespace qklab {

// Derives claims.json and figures/*.csv again and compares: text exactly, numbers to a relative 1e-9, since
// another processor rounds differently. Returns one message per difference, which names the first line that
// differs. Files that nothing in the config explains are differences too, and so are pictures that differ
// from those that the manifest records, if it records any. Empty: verified. Throws InputError if the config's
// figures or claims cannot be parsed.
std::vector<std::string> verify_directory(const Config& config, const Results& results,
                                          const std::string& directory);

// The first byte where two files differ, as "FILE:LINE: ..."; nothing if they are equal.
std::optional<std::string> first_difference(const std::string& stored, const std::string& expected);

}  // namespace qklab
