// report.html of a run directory.
#pragma once

#include <string>
#include <vector>

#include "core/study/loaded.hpp"

namespace qklab {

// Writes <directory>/report.html; the directory's manifest, where it has one, tells where the results come
// from.
void write_report(const std::string& directory, const Loaded& loaded, const Results& results,
                  const std::vector<Verdict>& verdicts);

}  // namespace qklab
