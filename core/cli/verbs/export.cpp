#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/terminal.hpp"
#include "core/directory/loaded.hpp"
#include "core/export/columns.hpp"
#include "core/export/csv.hpp"
#include "core/export/paper_table.hpp"
#include "core/store/store.hpp"
#include "core/study/matplotlib.hpp"
#include "core/study/reference.hpp"
#include "core/system/file.hpp"
#include "core/system/same_place.hpp"

namespace qklab {
namespace {

void export_reference(const std::string& directory, const std::string& out) {
  write_reference(directory, out, remark);
  for (const char* file : {"trials.csv", "series.csv", "claims.json", "figures", "manifest.json", "confirm"})
    if (std::filesystem::exists(fmt::format("{}/{}", out, file))) fmt::print("{}/{}\n", out, file);
}

void export_table(const std::string& directory, const std::string& out, const std::string& format) {
  const RunDirectory run = open_directory(directory);
  const bool latex = format == "latex";
  const std::string file = fmt::format("{}/results.{}", out, latex ? "tex" : "md");
  const std::string table = paper_table(run.results, run.loaded.config.sweep.varied(),
                                        latex ? PaperFormat::latex : PaperFormat::markdown);
  make_output_directory(out);
  write_file(file, table);
  fmt::print("{}\n", file);
}

void export_matplotlib(const std::string& directory, const std::string& out) {
  const RunDirectory run = open_directory(directory);
  make_output_directory(out);
  std::vector<std::string> remarks;
  for (const std::string& script : write_matplotlib(run, out, remarks)) fmt::print("{}\n", script);
  for (const std::string& each : remarks) remark(each);
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
          "directory to be committed, with figures and verdicts and the series that these read; latex, "
          "markdown: means over seeds, as a table for a paper (results.tex) or a page (results.md); "
          "matplotlib: for "
          "each figure a script in Python and its data, which draw it again")
      ->check(one_of({"csv", "npy", "hdf5", "reference", "latex", "markdown", "matplotlib"}));
  verb->callback([arguments] {
    const std::string& directory = arguments->directory;
    if (arguments->format == "reference")
      return export_reference(directory, arguments->out.empty() ? directory : arguments->out);
    if (arguments->format == "latex" || arguments->format == "markdown")
      return export_table(directory, arguments->out.empty() ? directory : arguments->out, arguments->format);
    if (arguments->format == "matplotlib")
      return export_matplotlib(directory, arguments->out.empty() ? directory : arguments->out);
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
