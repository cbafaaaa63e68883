#include "core/study/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/claims/claims_json.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/confirm/looks.hpp"
#include "core/directory/series_needed.hpp"
#include "core/export/csv.hpp"
#include "core/report/report_data.hpp"
#include "core/report/report_html.hpp"
#include "core/results/baselines.hpp"
#include "core/strategies/strategy.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

namespace fs = std::filesystem;

// True if figures, verdicts and CSVs were derived for this config by this build. `claims`: what claims.json is
// to be, which also follows from reserved seeds and from what happened to the claims.
bool are_current(const Loaded& loaded, const std::string& directory, const std::string& claims) {
  for (const char* file : {"trials.csv", "series.csv", "claims.json", "report.html"})
    if (!fs::exists(directory + "/" + file)) return false;
  if (read_file(directory + "/claims.json") != claims) return false;
  const FigureRecord record = read_manifest_figures(directory);
  for (const Figure& figure : loaded.figures) {
    const auto source = record.sources.find(figure.name);
    if (source == record.sources.end() || source->second.empty() ||
        !figure_is_there(figure.name, directory) ||
        !std::ranges::includes(record.pictures, pictures_of(figure.name, directory)))
      return false;
  }
  return manifest_is_current(directory, loaded.config);
}

std::vector<std::string> drawn_files(const Loaded& loaded, const std::string& directory) {
  std::vector<std::string> files;
  for (const Figure& figure : loaded.figures) {
    files.push_back(fmt::format("{}/figures/{}.svg", directory, figure.name));
    if (!fs::exists(files.back())) files.pop_back();
  }
  return files;
}

// Returns how many figures could not be drawn.
std::size_t write_all(const Loaded& loaded, const Store& store, const Results& results,
                      const std::vector<Verdict>& verdicts, const std::string& directory,
                      const std::optional<Effort>& effort, const Tell& tell) {
  const Config& config = loaded.config;
  const FigureRecord known = read_manifest_figures(directory);
  begin_outputs(directory);
  export_csv(store, config.sweep, directory);
  const DrawnFigures drawn = draw_figures(loaded, results, directory, known, tell);
  write_file(directory + "/claims.json", claims_json(config, loaded.claims, verdicts));
  write_manifest(directory, config, results, effort, store.plugins(), store.origins(), drawn.record,
                 store.history());
  write_report(directory + "/report.html", directory, loaded, results, verdicts);
  return drawn.undrawn;
}

}  // namespace

void write_report(const std::string& file, const std::string& directory, const Loaded& loaded,
                  const Results& results, const std::vector<Verdict>& verdicts) {
  std::map<std::string, std::string> pictures;
  for (const Figure& figure : loaded.figures) {
    const std::string drawing = fmt::format("{}/figures/{}.svg", directory, figure.name);
    if (fs::exists(drawing)) pictures[figure.name] = read_file(drawing);
  }
  const std::string data = report_data_json(loaded.config, loaded.figures, loaded.claims, verdicts, results,
                                            read_manifest_provenance(directory), pictures);
  write_file(file, report_html(loaded.config.name, data));
}

Outputs write_outputs(const Loaded& loaded, Store& store, const std::string& directory,
                      const std::optional<Effort>& effort, const Tell& tell) {
  const Config& config = loaded.config;
  Outputs outputs;
  outputs.missing = unfinished_trials(config.sweep, store);
  if (outputs.missing > 0) {
    if (effort) export_csv(store, config.sweep, directory);
    outputs.failed = store.counts().failed;
    return outputs;
  }
  const Results results = store.load(config.sweep, series_needed(loaded.figures, loaded.claims));
  outputs.failed = static_cast<std::uint64_t>(std::ranges::count_if(
      results.trials, [](const TrialRecord& trial) { return trial.status == Status::failed; }));
  note_looks(store, loaded.claims, judge(loaded.claims, results));
  outputs.verdicts = judge_directory(config, loaded.claims, results, directory, store.history());
  outputs.account = account_of(config.sweep, results);
  outputs.baselines = told_of_baselines(results);
  if (effort || !are_current(loaded, directory, claims_json(config, loaded.claims, outputs.verdicts)))
    outputs.undrawn = write_all(loaded, store, results, outputs.verdicts, directory, effort, tell);
  outputs.figures = drawn_files(loaded, directory);
  return outputs;
}

}  // namespace qklab
