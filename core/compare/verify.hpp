// Checks whether a directory's verdicts and figures follow from its results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/results/results.hpp"

namespace qklab {

// Derives claims.json and figures/*.csv again and compares: text exactly, numbers to a relative 1e-9, since
// another processor rounds differently. Returns one message a difference,
// naming the first line that differs; files that nothing accounts for are differences too, as are pictures
// that are not those that the manifest says were drawn, where it does. Empty: verified.
// Throws InputError where the config's figures or claims don't parse.
std::vector<std::string> verify_directory(const Config& config, const Results& results,
                                          const std::string& directory);

// The first byte where two files differ, as "FILE:LINE: ..."; nothing if they are equal.
std::optional<std::string> first_difference(const std::string& stored, const std::string& expected);

}  // namespace qklab
