#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/signals.hpp"
#include "core/directory/loaded.hpp"
#include "core/sweep/telling.hpp"
#include "core/system/file.hpp"

namespace qklab {

namespace {

// The only trial of a config that describes exactly one.
TrialSpec only_trial(const Config& config) {
  std::vector<TrialSpec> first;
  config.sweep.for_each([&first](const TrialSpec& trial) {
    first.push_back(trial);
    return first.size() < 2;
  });
  if (first.size() > 1) {
    throw InputError(
        fmt::format("{}: holds several trials, and a trace is of one: fix what varies, as in seeds=1 ({})",
                    config.source.file, Telling(config.sweep).text(first[0].params)));
  }
  return first[0];
}

int trace(const Config& config, const std::string& directory) {
  const Experiment& experiment = *config.experiment;
  if (!experiment.trace) {
    throw InputError(
        fmt::format("{}: experiment '{}' cannot be traced", config.source.file, experiment.name));
  }
  const TrialSpec spec = only_trial(config);
  if (std::filesystem::exists(directory) && !std::filesystem::is_empty(directory))
    throw InputError(fmt::format("{}: is there already and not empty; choose another --out", directory));
  make_output_directory(directory);
  const std::atomic<bool>& stop = stop_on_signals();
  try {
    experiment.trace(Trial(spec.params, spec.id, stop), directory);
  } catch (const Cancelled&) {
    fmt::print(stderr, "interrupted: {} is not complete\n", directory);
    return exit_interrupted;
  }
  fmt::print("trace: {}\n", directory);
  return exit_done;
}

}  // namespace

void add_trace(CLI::App& app, Exit& exit) {
  struct Arguments {
    std::string config, directory, preset = "fast";
    std::vector<std::string> overrides;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("trace", "write one trial in files that others can replicate it from");
  verb->add_option("config", arguments->config, "YAML file")->required()->type_name("CONFIG");
  verb->add_option("overrides", arguments->overrides, "key=value, as for run")->type_name("KEY=VALUE");
  verb->add_option("--preset", arguments->preset, "smoke, fast, paper, or another one of the config")
      ->type_name("PRESET");
  verb->add_option("--out", arguments->directory, "a new directory")->required()->type_name("DIR");
  verb->callback([arguments, &exit] {
    ConfigSource source = read_source(arguments->config);
    source.preset = arguments->preset;
    source.overrides = arguments->overrides;
    exit = trace(load_config(source).config, arguments->directory);
  });
}

}  // namespace qklab
