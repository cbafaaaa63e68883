#include <fmt/format.h>

#include <memory>

#include "core/base/file.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/loaded.hpp"
#include "core/cli/one_of.hpp"
#include "core/sweep/columns.hpp"
#include "core/sweep/store.hpp"

namespace qklab {

void add_export(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, out, format = "csv";
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("export", "write what is finished so far, for other tools");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--out", arguments->out, "where to write (default: the run directory)")->type_name("DIR");
  verb->add_option("--format", arguments->format,
                   "csv: trials.csv and series.csv; npy: a file a column, for NumPy; hdf5: results.h5")
      ->check(one_of({"csv", "npy", "hdf5"}));
  verb->callback([arguments] {
    const std::string& directory = arguments->directory;
    if (!std::filesystem::exists(store_path(directory))) {
      throw InputError(fmt::format("{}: no run directory: it has no run.db", directory));
    }
    const Store store(store_path(directory), Store::Mode::read);
    Loaded loaded = load_config(store.source());
    grow(loaded, store);
    const std::string out = arguments->out.empty() ? directory : arguments->out;
    make_directories(out);
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
