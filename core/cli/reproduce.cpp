#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/run.hpp"
#include "core/cli/version.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

// The configs below the current folder, those installed with this program, or those it was built with.
std::string config_directory() {
  if (fs::exists("configs")) return "configs";
  const fs::path installed = installed_prefix() / "share/qklab/configs";
  return fs::exists(installed) ? installed.string() : source_directory() + "/configs";
}

std::vector<std::string> shipped_figures() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(config_directory())) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  // What others build upon comes first: the figures that order.txt names, in its order; the rest by name.
  auto next = names.begin();
  std::ifstream order(config_directory() + "/order.txt");
  for (std::string name; std::getline(order, name);) {
    const auto found = std::find(next, names.end(), name);
    if (found != names.end()) std::rotate(next++, found, found + 1);
  }
  return names;
}

}  // namespace

void add_reproduce(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::vector<std::string> figures;
    std::string preset = "fast";
    RunRequest request;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("reproduce", "run the shipped figures, or go on with them");
  verb->add_option("figures", arguments->figures, "names of configs (default: all)")->type_name("FIGURE");
  verb->add_option("--preset", arguments->preset, "smoke, fast or paper");
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
      ConfigSource source = read_source(fmt::format("{}/{}.yaml", config_directory(), figure));
      source.preset = arguments->preset;
      configs.push_back(load_config(source));
    }
    for (const Loaded& loaded : configs) {
      RunRequest request = arguments->request;
      request.directory = default_directory(loaded.config);
      const int code = run_config(loaded, request);
      exit = std::max(exit, code);
      if (code == exit_interrupted) return;
    }
  });
}

}  // namespace qklab
