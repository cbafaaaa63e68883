// The files that are derived from a run directory's results: tables, figures, verdicts, manifest and report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/study/drawing.hpp"

namespace qklab {

struct Outputs {
  std::uint64_t missing = 0;  // trials of the sweep that have not been run; if any, no figures and verdicts
  std::uint64_t failed = 0;   // trials that failed
  std::size_t undrawn = 0;    // figures that could not be drawn, or only in part
  std::vector<Verdict> verdicts = {};
  std::vector<std::string> figures = {};    // SVG files
  std::string account = {};                 // the outcome of the sweep's strategies
  std::vector<std::string> baselines = {};  // sentences about trials that ended no better than their baseline
};

// Writes the outputs into `directory`, from the results in `store`. `effort` is that of a run that has added
// trials; without one, existing outputs stay if the same build derived them from the same results. If trials
// of the sweep are missing, only the CSVs are written. That the claims were judged is noted in the store.
Outputs write_outputs(const Loaded& loaded, Store& store, const std::string& directory,
                      const std::optional<Effort>& effort, const Tell& tell);

// Writes one page for a browser into `file`. The directory's manifest, if there is one, gives the origin of
// the results.
void write_report(const std::string& file, const std::string& directory, const Loaded& loaded,
                  const Results& results, const std::vector<Verdict>& verdicts);

}  // namespace qklab
