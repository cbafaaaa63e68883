#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/confirm/looks.hpp"
#include "core/study/outputs.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

// The path of the page: --out names the page, or a folder for it.
std::string page_path(const std::string& out) {
  namespace fs = std::filesystem;
  const bool is_page = fs::path(out).extension() == ".html" && !fs::is_directory(out);
  const fs::path page = is_page ? fs::path(out) : fs::path(out) / "report.html";
  if (page.has_parent_path()) make_output_directory(page.parent_path().string());
  return page.string();
}

// To have read verdicts on finished slices counts as a look at them. Where the directory cannot be written, or
// a run is writing it, no look is noted.
std::vector<Verdict> judge_and_note(const RunDirectory& run, const std::string& directory) {
  const Loaded& loaded = run.loaded;
  const std::vector<Verdict> verdicts = judge_directory(loaded.config, loaded.claims, run.results, directory);
  if (!run.has_store || !is_new_look(history_of(directory), verdicts)) return verdicts;
  try {
    Store store(store_path(directory), Store::Mode::write);
    note_looks(store, loaded.claims, verdicts);
  } catch (const Error&) {
  }
  return verdicts;
}

}  // namespace

void add_report(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, out;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "report", "write report.html: verdicts, figures and trials on one page, of what is finished so far");
  verb->add_option("directory", arguments->directory, "run directory, or results/reference/FIGURE")
      ->required()
      ->type_name("DIR");
  verb->add_option("--out", arguments->out,
                   "where to write it: a folder, or a file that ends in .html (default: the run directory)")
      ->type_name("PATH");
  verb->callback([arguments] {
    const std::string& directory = arguments->directory;
    RunDirectory run = open_directory(directory);
    constexpr std::size_t most_marked = 100'000;  // of trials that have not run, in figures
    find_not_run(run.loaded.config.sweep, run.results, most_marked);
    const std::string file = page_path(arguments->out.empty() ? directory : arguments->out);
    write_report(file, directory, run.loaded, run.results, judge_and_note(run, directory));
    fmt::print("{}\n", file);
  });
}

}  // namespace qklab
