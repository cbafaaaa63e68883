#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/shipped.hpp"
#include "core/cli/terminal.hpp"
#include "core/cli/verbs/overview.hpp"
#include "core/cli/verbs/run.hpp"

namespace qklab {

void add_reproduce(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::vector<std::string> figures;
    std::string preset = "fast", out;
    RunRequest request;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("reproduce", "run the shipped figures, or go on with them");
  verb->add_option("figures", arguments->figures,
                   "names of configs (default: all); `qklab list figures` lists them")
      ->type_name("FIGURE");
  verb->add_option("--preset", arguments->preset, "smoke, fast or paper")->type_name("PRESET");
  verb->add_option("--out", arguments->out, "folder for the run directories (default: results)")
      ->type_name("DIR");
  add_run_options(*verb, arguments->request);
  verb->callback([arguments, &exit] {
    const std::vector<std::string> shipped = shipped_figures();
    if (arguments->figures.empty()) arguments->figures = shipped;
    // Every config is checked before the first one runs.
    std::vector<Loaded> configs;
    for (const std::string& figure : arguments->figures) {
      if (std::find(shipped.begin(), shipped.end(), figure) == shipped.end()) {
        throw InputError(fmt::format("no figure '{}'{}; shipped are: {}", figure,
                                     did_you_mean(figure, shipped), fmt::join(shipped, ", ")));
      }
      ConfigSource source = read_source(fmt::format("{}/{}.yaml", shipped_directory(), figure));
      source.preset = arguments->preset;
      configs.push_back(load_config(source));
      refuse_figures(configs.back());
    }
    std::vector<FigureEnd> figures;
    for (const Loaded& loaded : configs) {
      RunRequest request = arguments->request;
      request.directory = default_directory(loaded.config);
      if (!arguments->out.empty())
        request.directory =
            (std::filesystem::path(arguments->out) / std::filesystem::path(request.directory).filename())
                .string();
      for (const std::string& line : look_ahead(loaded, request)) remark(line);
      RunEnd end;
      exit = std::max(exit, run_and_tell(loaded, request, end));
      if (end.outcome.interrupted || failed_fast(end)) return;
      figures.push_back({&loaded, std::move(end.outputs)});
    }
    say("\n{}", overview(figures, color_wanted()));
  });
}

}  // namespace qklab
