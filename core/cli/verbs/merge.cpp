#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/run.hpp"
#include "core/run/usable_cores.hpp"
#include "core/store/merge.hpp"

namespace qklab {

void add_merge(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::vector<std::string> directories;
    std::string out, config_of;
    bool salvage = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("merge", "put the shards of a sweep together, in any order");
  verb->add_option("directories", arguments->directories,
                   "run directories, or folders that hold run directories")
      ->required()
      ->type_name("DIR");
  verb->add_option("--out", arguments->out, "run directory to add them to, made where there is none")
      ->required()
      ->type_name("DIR");
  verb->add_option("--config-of", arguments->config_of, "whose config to keep where they differ")
      ->type_name("DIR");
  verb->add_flag("--salvage", arguments->salvage, "leave out what is damaged, instead of stopping there");
  verb->callback([arguments, &exit] {
    const std::string& out = arguments->out;
    const MergeCounts counts = merge(arguments->directories, out, arguments->config_of, arguments->salvage);
    fmt::print(stderr, "{}: {} trials added, {} were there already{}{}\n", out, counts.added, counts.equal,
               counts.replaced > 0 ? fmt::format(", {} had failed elsewhere", counts.replaced) : "",
               counts.lost > 0 ? fmt::format(", {} are damaged and were left out", counts.lost) : "");
    Store store(store_path(out), Store::Mode::write);
    Loaded loaded = load_config(store.source());
    grow(loaded, store);
    const Outputs outputs = write_outputs(loaded, store, out, Effort{0, usable_cores()}, remark);
    exit = tell_outputs(loaded, outputs, out);
  });
}

}  // namespace qklab
