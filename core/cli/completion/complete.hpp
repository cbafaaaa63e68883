// Scripts with which shells complete a command line.
#pragma once

#include <string>
#include <vector>

#include "core/cli/completion/command_line.hpp"

namespace qklab {

std::string bash_completion(const std::vector<VerbText>& verbs);
std::string zsh_completion(const std::vector<VerbText>& verbs);
std::string fish_completion(const std::vector<VerbText>& verbs);

}  // namespace qklab
