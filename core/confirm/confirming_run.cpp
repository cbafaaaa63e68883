#include "core/confirm/confirming_run.hpp"

#include <filesystem>

#include "core/confirm/looks.hpp"
#include "core/directory/manifest.hpp"

namespace qklab {

std::string confirming_directory(const std::string& directory) { return directory + "/confirm"; }

bool has_confirming_run(const std::string& directory) {
  const std::string confirm = confirming_directory(directory);
  return std::filesystem::exists(store_path(confirm)) || std::filesystem::exists(manifest_path(confirm));
}

History history_of(const std::string& directory) {
  if (std::filesystem::exists(store_path(directory)))
    return Store(store_path(directory), Store::Mode::read).history();
  return read_manifest_history(directory);
}

std::vector<Verdict> judge_directory(const Config& config, const std::vector<Claim>& claims,
                                     const Results& results, const std::string& directory,
                                     const History& history) {
  std::vector<Verdict> verdicts = judge(claims, results);
  tell_history(history, claims, verdicts);
  if (config.source.confirming) return verdicts;  // it confirms others, and is not confirmed itself
  if (history.rounds.empty()) {
    give_standing(claims, verdicts, nullptr);
    return verdicts;
  }
  const auto& [round, times] = *history.rounds.rbegin();
  if (times.judged.empty()) {
    const bool first = history.rounds.size() == 1;  // until it is judged, all is as if it had not begun
    give_standing(claims, verdicts, nullptr,
                  first ? "" : "exploratory: the reserved seeds of its latest round have not all run");
  } else if (!has_confirming_run(directory)) {
    give_standing(claims, verdicts, nullptr, "exploratory: the results of its reserved seeds are gone");
  } else {
    const RunDirectory run = open_directory(confirming_directory(directory));
    const std::optional<Confirming>& confirming = run.loaded.config.source.confirming;
    if (!confirming || confirming->round != round) {
      give_standing(claims, verdicts, nullptr,
                    "exploratory: the results of its reserved seeds were replaced");
      return verdicts;
    }
    const ReservedVerdicts reserved{run.loaded.claims, judge(run.loaded.claims, run.results)};
    give_standing(claims, verdicts, &reserved);
  }
  return verdicts;
}

std::vector<Verdict> judge_directory(const Config& config, const std::vector<Claim>& claims,
                                     const Results& results, const std::string& directory) {
  return judge_directory(config, claims, results, directory, history_of(directory));
}

}  // namespace qklab
