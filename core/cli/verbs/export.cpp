#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/claims/claims_json.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/terminal.hpp"
#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/directory/series_needed.hpp"
#include "core/export/columns.hpp"
#include "core/export/csv.hpp"
#include "core/store/store.hpp"
#include "core/study/drawing.hpp"
#include "core/system/file.hpp"
#include "core/system/same_place.hpp"

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

// Writes what results/reference/ keeps of a run: enough to derive its figures and verdicts again and to run
// its trials again. It contains neither run.db nor series that nothing reads.
void export_reference(const std::string& directory, const std::string& out) {
  RunDirectory run = open_directory(directory);
  refuse_run_directory(out);
  const std::size_t trials = run.loaded.config.sweep.ids().size();
  if (run.results.trials.size() < trials) {
    throw InputError(fmt::format("{}: {} of {} trials have not been run; run its config to the end first",
                                 directory, trials - run.results.trials.size(), trials));
  }
  drop_unread_series(run.results, run.loaded.figures, run.loaded.claims);
  make_output_directory(out);
  write_reference_manifest(directory, out, {});
  write_trials_csv(out + "/trials.csv", run.results);
  write_series_csv(out + "/series.csv", run.results);
  const bool whole = draw_figures(run.loaded, run.results, out, {}, remark).undrawn == 0;
  Pictures kept;
  for (const Figure& figure : run.loaded.figures) {  // a format for browsers is enough
    for (const char* suffix : {"pdf", "png"})
      std::filesystem::remove(fmt::format("{}/figures/{}.{}", out, figure.name, suffix));
    kept.merge(pictures_of(figure.name, out));
  }
  write_file(out + "/claims.json",
             claims_json(run.loaded.config, run.loaded.claims, judge(run.loaded.claims, run.results)));
  write_reference_manifest(directory, out, kept);
  if (!whole) throw Error(fmt::format("{}: is no whole reference: it lacks figures, see above", out));
  fmt::print("{0}/trials.csv\n{0}/series.csv\n{0}/claims.json\n{0}/figures\n{0}/manifest.json\n", out);
}

}  // namespace

void add_export(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, out, format = "csv";
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("export", "write what is finished so far, for other tools");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--out", arguments->out, "where to write (default: the run directory)")->type_name("DIR");
  verb->add_option(
          "--format", arguments->format,
          "csv: trials.csv and series.csv; npy: a file a column, for NumPy; hdf5: results.h5; reference: a "
          "directory to be committed, with figures and verdicts and the series that these read")
      ->check(one_of({"csv", "npy", "hdf5", "reference"}));
  verb->callback([arguments] {
    const std::string& directory = arguments->directory;
    if (arguments->format == "reference")
      return export_reference(directory, arguments->out.empty() ? directory : arguments->out);
    if (!std::filesystem::exists(store_path(directory))) {
      throw InputError(fmt::format("{}: no run directory: it has no run.db", directory));
    }
    if (arguments->format == "hdf5") demand_hdf5();
    const Store store(store_path(directory), Store::Mode::read);
    Loaded loaded = load_config(store.source());
    grow(loaded, store);
    const std::string out = arguments->out.empty() ? directory : arguments->out;
    if (!same_place(out, directory) && std::filesystem::exists(store_path(out))) {
      throw InputError(fmt::format(
          "export: {} is another run directory, whose tables are its own: give another one by --out", out));
    }
    make_output_directory(out);
    if (arguments->format == "csv") {
      export_csv(store, loaded.config.sweep, out);
      fmt::print("{0}/trials.csv\n{0}/series.csv\n", out);
      return;
    }
    const Columns columns = read_columns(store, loaded.config.sweep);
    if (arguments->format == "npy") {
      write_npy(columns, out);
      fmt::print("{}/npy\n", out);
    } else {
      write_hdf5(columns, out);
      fmt::print("{}/results.h5\n", out);
    }
  });
}

}  // namespace qklab
