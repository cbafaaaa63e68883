#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>

#include "core/base/error.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/listing/state.hpp"
#include "core/cli/terminal.hpp"
#include "core/directory/loaded.hpp"
#include "core/text/columns.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

bool is_run_directory(const fs::path& path) {
  return fs::exists(path / "run.db") ||
         (fs::exists(path / "trials.csv") && fs::exists(path / "manifest.json"));
}

// The folder itself if it is a run directory, otherwise those directly below it.
std::vector<std::string> directories_in(const std::string& folder) {
  if (!fs::is_directory(folder)) throw InputError(fmt::format("{}: no such folder", folder));
  if (is_run_directory(folder)) return {folder};
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && is_run_directory(entry.path())) found.push_back(entry.path().string());
  std::ranges::sort(found);
  return found;
}

// When results or what is derived from them last changed, in local time: "2026-05-01 12:34".
std::string last_change(const std::string& directory) {
  auto latest = fs::file_time_type::min();
  for (const char* file : {"run.db", "run.db-wal", "manifest.json"}) {
    std::error_code none;
    const auto changed = fs::last_write_time(fs::path(directory) / file, none);
    if (!none) latest = std::max(latest, changed);
  }
  const auto wall = std::chrono::file_clock::to_sys(latest);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(wall));
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(seconds));
}

using Row = std::array<std::string, 6>;

Row row_of(const DirectoryState& state) {
  const std::uint64_t lost = state.counts.failed + state.counts.diverged;
  const std::string trials = state.trials ? fmt::format("{}/{}", *state.trials - *state.to_run, *state.trials)
                                          : fmt::format("{}", state.counts.done + lost + state.counts.pruned);
  return {state.directory,         std::string(state.word()),    trials,
          fmt::format("{}", lost), last_change(state.directory), state.experiment};
}

void print_table(const std::vector<DirectoryState>& states) {
  std::vector<Row> rows = {{"directory", "state", "trials", "failed", "changed", "experiment"}};
  for (const DirectoryState& state : states) rows.push_back(row_of(state));
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i] + 2);
    line += row.back();
    // A line that a terminal breaks is no row of a table any more.
    const bool narrow =
        isatty(STDOUT_FILENO) != 0 && columns_of(line) > static_cast<std::size_t>(terminal_width());
    fmt::print("{}\n", narrow ? clipped(line, static_cast<std::size_t>(terminal_width())) : line);
  }
}

}  // namespace

void add_ls(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::vector<std::string> folders = {"results"};
    bool as_json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("ls", "run directories and references: state, trials, failures");
  verb->add_option("folders", arguments->folders, "run directories, or folders that hold some")
      ->type_name("DIR");
  verb->add_flag("--json", arguments->as_json, "as JSON, for other programs");
  verb->callback([arguments, &exit] {
    std::vector<DirectoryState> states;
    for (const std::string& folder : arguments->folders) {
      for (const std::string& directory : directories_in(folder)) {
        try {
          states.push_back(state_of(directory, 0));
        } catch (const Error& error) {  // one damaged directory does not hide the others
          say(stderr, "{}\n", error.what());
          exit = exit_failed;
        }
      }
    }
    if (arguments->as_json)
      fmt::print("{}\n", state_json(states));
    else if (states.empty() && exit == exit_done)
      say(stderr, "no run directory in {}\n", fmt::join(arguments->folders, ", "));
    else
      print_table(states);
  });
}

}  // namespace qklab
