#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/claims/verdict_table.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/command.hpp"
#include "core/cli/terminal.hpp"
#include "core/compare/verify.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/series_needed.hpp"
#include "core/store/store_health.hpp"

namespace qklab {

namespace {

// True if everything is as it was written; otherwise prints what is damaged.
bool report_damage(const std::string& directory) {
  constexpr std::size_t shown = 20;
  const StoreHealth health = check_store(directory);
  if (health.is_good()) return true;
  const auto list = [&](const auto& all, const auto& text) {
    for (std::size_t i = 0; i < std::min(shown, all.size()); ++i)
      fmt::print(stderr, "{}: {}\n", directory, text(all[i]));
    if (all.size() > shown) fmt::print(stderr, "{}: ... and {} more\n", directory, all.size() - shown);
  };
  list(health.file, [](const std::string& text) { return "run.db: " + text; });
  list(health.damaged, [](std::uint64_t id) { return fmt::format("trial {} is damaged", trial_name(id)); });
  list(health.arrays, [](const std::string& file) { return file + ": is missing, or not what was written"; });
  fmt::print(
      "{}: {} trials are intact, {} are damaged, {} arrays are lost\n"
      "`qklab merge {} --salvage --out NEW` keeps what is intact; running the config into NEW computes the "
      "rest\n",
      directory, health.intact, health.damaged.size(), health.arrays.size(), shell_quoted(directory));
  return false;
}

// The directory's results, and those of its reserved seeds.
bool are_intact(const std::string& directory) {
  bool intact = true;
  for (const std::string& each : {directory, confirming_directory(directory)})
    if (std::filesystem::exists(store_path(each))) intact &= report_damage(each);
  return intact;
}

// The standing of verdicts is derived from the results of reserved seeds, which must be as they were too. Those
// that are still running have no verdicts yet.
void add_differences_of_reserved(const std::string& directory, std::vector<std::string>& differences) {
  const History history = history_of(directory);
  if (history.rounds.empty() || history.rounds.rbegin()->second.judged.empty()) return;
  if (!has_confirming_run(directory)) return;  // the verdicts say so
  const std::string confirm = confirming_directory(directory);
  const RunDirectory run = open_directory(confirm);
  for (std::string& line : verify_directory(run.loaded.config, run.results, confirm))
    differences.push_back(std::move(line));
}

}  // namespace

void add_verify(CLI::App& app, Exit& exit) {
  const auto directory = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("verify", "derive verdicts and figures' data again and compare with what is stored");
  verb->add_option("directory", *directory, "run directory, or results/reference/FIGURE")
      ->required()
      ->type_name("DIR");
  verb->callback([directory, &exit] {
    if (!are_intact(*directory)) {
      exit = exit_failed;
      return;
    }
    RunDirectory run = open_directory(*directory);
    std::vector<std::string> differences = verify_directory(run.loaded.config, run.results, *directory);
    add_differences_of_reserved(*directory, differences);
    const bool reference = is_reference(*directory);
    if (reference) {
      for (const std::string& name : drop_unread_series(run.results, run.loaded.figures, run.loaded.claims))
        differences.push_back(
            fmt::format("series.csv: holds '{}' of trials for which nothing reads it", name));
    }
    for (const std::string& difference : differences) fmt::print(stderr, "{}: {}\n", *directory, difference);
    if (!run.loaded.claims.empty()) {
      fmt::print("{}",
                 verdict_table(run.loaded.claims,
                               judge_directory(run.loaded.config, run.loaded.claims, run.results, *directory),
                               terminal_width(), color_wanted()));
    }
    fmt::print("{}: {} trials, {}\n", *directory, run.results.trials.size(),
               differences.empty() ? run.has_store ? "tables, verdicts and figures follow from them"
                                                   : "verdicts and figures follow from them"
                                   : "see the differences above");
    if (reference)
      fmt::print("a reference: its series.csv holds what figures and claims read, and no more\n");
    exit = differences.empty() ? exit_done : exit_failed;
  });
}

}  // namespace qklab
