// One text for all spellings of the same YAML: for comparing what two versions of a file say.
#pragma once

#include <yaml-cpp/yaml.h>

#include <set>
#include <string>

namespace qklab {

// Neither the order of a map's keys, nor comments, layout and quotes, nor the spelling of a number (0.5, .50)
// matter. `without`: keys of the outermost map that are left out.
std::string canonical_text(const YAML::Node& node, const std::set<std::string>& without = {});

}  // namespace qklab
