// What is derived from a run directory's results: tables, figures, verdicts, manifest and report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/study/drawing.hpp"

namespace qklab {

struct Outputs {
  std::uint64_t missing = 0;  // trials of the sweep that have not been run: no figures and no verdicts then
  std::uint64_t failed = 0;   // trials
  std::size_t undrawn = 0;    // figures of which a part or all could not be made
  std::vector<Verdict> verdicts = {};
  std::vector<std::string> figures = {};  // SVG files
  std::string account = {};               // of the sweep's strategies: what has become of its points
};

// Writes them into `directory`, from what is in `store`. `effort`: of a run that has added trials; without
// one, what is there already and was derived from the same by the same build stays. Where trials of the sweep
// are missing, derives nothing but the CSVs.
Outputs write_outputs(const Loaded& loaded, const Store& store, const std::string& directory,
                      const std::optional<Effort>& effort, const Tell& tell);

// One page for a browser, into `file`; the directory's manifest, where it has one, tells where results come
// from.
void write_report(const std::string& file, const std::string& directory, const Loaded& loaded,
                  const Results& results, const std::vector<Verdict>& verdicts);

}  // namespace qklab
