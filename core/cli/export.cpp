#include <fmt/format.h>

#include <memory>

#include "core/base/file.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/loaded.hpp"
#include "core/sweep/store.hpp"

namespace qklab {

void add_export(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, out;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("export", "write trials.csv and series.csv of what is finished so far");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--out", arguments->out, "where to write (default: the run directory)")->type_name("DIR");
  verb->callback([arguments] {
    const std::string& directory = arguments->directory;
    if (!std::filesystem::exists(store_path(directory))) {
      throw InputError(fmt::format("{}: no run directory: it has no run.db", directory));
    }
    const Store store(store_path(directory), Store::Mode::read);
    Loaded loaded = load_config(store.source());
    refine(loaded, store);
    const std::string out = arguments->out.empty() ? directory : arguments->out;
    make_directories(out);
    export_csv(store, loaded.config.sweep, out);
    fmt::print("{0}/trials.csv\n{0}/series.csv\n", out);
  });
}

}  // namespace qklab
