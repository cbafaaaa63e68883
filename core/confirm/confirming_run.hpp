// DIR/confirm: the run directory with the trials of reserved seeds, and what it says of DIR's claims.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/confirm/standing.hpp"
#include "core/directory/loaded.hpp"

namespace qklab {

std::string confirming_directory(const std::string& directory);
// Whether it has anything in it: a run directory, or a reference.
bool has_confirming_run(const std::string& directory);

// What happened to the claims of a directory: from its run.db, or without one from its manifest.
History history_of(const std::string& directory);

// The verdicts of a directory's results, with their standing and history. All who show or store verdicts of a
// directory call this; judge() knows results alone. `history`: the directory's, where the caller has it open.
std::vector<Verdict> judge_directory(const Config& config, const std::vector<Claim>& claims,
                                     const Results& results, const std::string& directory,
                                     const History& history);
std::vector<Verdict> judge_directory(const Config& config, const std::vector<Claim>& claims,
                                     const Results& results, const std::string& directory);

}  // namespace qklab
