#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/claims/audit/audit.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/signals.hpp"
#include "core/cli/terminal.hpp"
#include "core/study/audit_models.hpp"
#include "core/study/beforehand.hpp"

namespace qklab {
namespace {

struct Arguments {
  std::string of;
  std::vector<std::string> overrides;
  std::string preset = "fast";
  std::size_t jobs = 0;
  bool models = false;
};

// What is to be judged: a directory's results, or none yet.
struct Subject {
  Loaded loaded;
  std::optional<Results> results;
};

Subject open_subject(const Arguments& arguments) {
  if (std::filesystem::is_directory(arguments.of)) {
    if (!arguments.overrides.empty()) {
      throw InputError(
          fmt::format("{}: a run directory has its parameters: give overrides with a config", arguments.of));
    }
    RunDirectory run = open_directory(arguments.of);
    return {std::move(run.loaded), std::move(run.results)};
  }
  ConfigSource source = read_source(arguments.of);
  source.preset = arguments.preset;
  source.overrides = arguments.overrides;
  Subject subject{load_config(source), std::nullopt};
  for (const std::string& line : look_ahead(subject.loaded, {})) remark(line);
  return subject;
}

// Runs a null model, or the config as it is; shows its progress.
std::optional<Results> run_shown(const Subject& subject, const NullModel* model, std::size_t jobs) {
  ProgressLine line(fmt::format("{} {}", subject.loaded.config.name, model ? model->what : "as it is"));
  Progress last;
  const ModelRequest request = {jobs, [&](const Progress& now) { line.update(last = now); }};
  const std::atomic<bool>& stop = stop_on_signals();
  const std::optional<Results> results =
      model && subject.results ? run_model(*subject.results, subject.loaded, *model, request, stop)
                               : run_model(subject.loaded, model, request, stop);
  if (results) line.finish(last);
  return results;
}

int audit_and_tell(const Arguments& arguments) {
  Subject subject = open_subject(arguments);
  const std::vector<Claim>& claims = subject.loaded.claims;
  if (std::ranges::all_of(claims, &Claim::check))
    throw InputError(arguments.of + ": its config makes no claims");
  const bool models = arguments.models || !subject.results;
  if (!subject.results) subject.results = run_shown(subject, nullptr, arguments.jobs);
  std::vector<Audit> audits = audit(claims, *subject.results);
  for (const NullModel& model : null_models()) {
    if (!models) break;
    add_model(audits, claims, model.null, run_shown(subject, &model, arguments.jobs));
  }
  fmt::print("{}", audit_table(audits, terminal_width()));
  return std::ranges::any_of(audits, [](const Audit& each) { return !each.by_model.empty(); }) ? exit_failed
                                                                                               : exit_done;
}

}  // namespace

void add_audit(CLI::App& app, Exit& exit) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("audit",
                         "judge the claims on results without what they speak of, and name those "
                         "that hold nevertheless");
  verb->add_option("of", arguments->of,
                   "run directory, results/reference/FIGURE, or a config, which is run in memory")
      ->required()
      ->type_name("DIR|CONFIG");
  verb->add_option("overrides", arguments->overrides, "of a config, as for run")->type_name("KEY=VALUE");
  verb->add_option("--preset", arguments->preset, "of a config")->type_name("PRESET");
  verb->add_flag("--models", arguments->models,
                 "run null models as well: shuffled labels, uniform attention, 0 layers; always of a config");
  verb->add_option("-j,--jobs", arguments->jobs, "trials at a time (default: one a core)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  verb->callback([arguments, &exit] {
    try {
      exit = audit_and_tell(*arguments);
    } catch (const Cancelled&) {
      remark("interrupted; an audit keeps nothing");
      exit = exit_interrupted;
    }
  });
}

}  // namespace qklab
