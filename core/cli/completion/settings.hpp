// What a config allows at the cursor, for completion: overrides and presets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// Words that may stand where `word` is typed: keys with "=", and for a key that has few values, the key with each of
// them. Nothing for a config that cannot be read; no program is started for one whose experiment is a program.
std::vector<std::string> settings_for(const std::string& config, std::string_view word);

// smoke, fast and paper, and the presets that the config has.
std::vector<std::string> presets_for(const std::string& config);

}  // namespace qklab
