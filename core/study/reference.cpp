#include "core/study/reference.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/claims/claims_json.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/series_needed.hpp"
#include "core/export/csv.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

// A run directory keeps all its series and figures. So --out must not be one: neither this directory, however
// its path is written, nor another.
void refuse_run_directory(const std::string& out) {
  if (!std::filesystem::exists(store_path(out))) return;
  throw InputError(
      fmt::format("export --format reference: {} is a run directory, which keeps all of its series: give "
                  "another one by --out",
                  out));
}

// Throws InputError unless all trials have been run.
void refuse_unfinished(const RunDirectory& run, const std::string& directory) {
  const std::size_t trials = run.loaded.config.sweep.ids().size();
  if (run.results.trials.size() >= trials) return;
  throw InputError(fmt::format("{}: {} of {} trials have not been run; run its config to the end first",
                               directory, trials - run.results.trials.size(), trials));
}

void write_one(RunDirectory& run, const std::string& directory, const std::string& out, const Tell& tell) {
  const History history = history_of(directory);
  drop_unread_series(run.results, run.loaded.figures, run.loaded.claims);
  make_output_directory(out);
  write_reference_manifest(directory, out, {}, history);
  write_trials_csv(out + "/trials.csv", run.results);
  write_series_csv(out + "/series.csv", run.results);
  const bool whole = draw_figures(run.loaded, run.results, out, {}, tell).undrawn == 0;
  Pictures kept;
  for (const Figure& figure : run.loaded.figures) {  // a format for browsers is enough
    for (const char* suffix : {"pdf", "png"})
      std::filesystem::remove(fmt::format("{}/figures/{}.{}", out, figure.name, suffix));
    kept.merge(pictures_of(figure.name, out));
  }
  const std::vector<Verdict> verdicts =
      judge_directory(run.loaded.config, run.loaded.claims, run.results, directory, history);
  write_file(out + "/claims.json", claims_json(run.loaded.config, run.loaded.claims, verdicts));
  write_reference_manifest(directory, out, kept, history);
  if (!whole) throw Error(fmt::format("{}: is no whole reference: it lacks figures, see above", out));
}

}  // namespace

void write_reference(const std::string& directory, const std::string& out, const Tell& tell) {
  RunDirectory run = open_directory(directory);
  refuse_run_directory(out);
  refuse_unfinished(run, directory);
  const History history = history_of(directory);
  if (!history.rounds.empty() && history.is_judged(history.rounds.rbegin()->first) &&
      has_confirming_run(directory)) {
    const std::string confirm = confirming_directory(directory);
    RunDirectory reserved = open_directory(confirm);
    refuse_unfinished(reserved, confirm);
    write_one(reserved, confirm, confirming_directory(out), tell);
  } else {
    std::filesystem::remove_all(confirming_directory(out));  // of an earlier export
  }
  write_one(run, directory, out, tell);
}

}  // namespace qklab
