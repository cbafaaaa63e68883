#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/signals.hpp"
#include "core/compare/stored.hpp"
#include "core/directory/manifest.hpp"

namespace qklab {

namespace {

struct ReplayArguments {
  ReplayRequest request;
  double tolerance = rounding;
  bool exact = false;
};

// Prints how the trials are compared, and why.
Sameness sameness_for(const ReplayArguments& arguments, const Stored& stored) {
  const auto then = read_manifest_machine(stored.directory);
  const Machine now = this_machine();
  const bool same_machine = then && then->compiler == now.compiler && then->blas == now.blas;
  const double tolerance = arguments.exact ? rounding : arguments.tolerance;
  fmt::print("{}: {} of {} trials, ", stored.directory, stored.chosen.size(), stored.eligible);
  if (same_machine && !arguments.exact) {
    fmt::print("compared bit by bit (same compiler and BLAS core as in its manifest)\n");
    return {.bitwise = true};
  }
  fmt::print("exact metrics compared bit by bit, rounded ones to {} of their largest value: {}\n", tolerance,
             arguments.exact ? "as asked for"
             : then          ? "another BLAS core or compiler"
                             : "it has no manifest that says where it was computed");
  if (then && !same_machine)
    fmt::print("  then: {}, {}, {}\n  now:  {}, {}, {}\n", then->compiler, then->blas, then->simd,
               now.compiler, now.blas, now.simd);
  return {.tolerance = tolerance};
}

int replay(const ReplayArguments& arguments) {
  const Stored stored = find_stored(arguments.request);
  const Sameness wanted = sameness_for(arguments, stored);
  if (!stored.all_series)
    fmt::print("of series those that its figures and claims read, as it holds no others\n");
  const std::atomic<bool>& stop = stop_on_signals();
  std::size_t same = 0;
  for (const TrialRecord& trial : stored.chosen) {
    const std::vector<std::string> differences = replay_trial(stored, trial, wanted, stop);
    same += differences.empty();
    fmt::print("{}  {}  ({})\n", trial_name(trial.id), differences.empty() ? "same" : "DIFFERS",
               stored.telling.text(trial.params));
    for (const std::string& difference : differences) fmt::print("  {}\n", difference);
  }
  fmt::print("{} of {} trials are the same{}\n", same, stored.chosen.size(),
             wanted.bitwise ? " to the last bit" : "");
  return same == stored.chosen.size() ? exit_done : exit_failed;
}

}  // namespace

void add_replay(CLI::App& app, Exit& exit) {
  const auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* verb =
      app.add_subcommand("replay", "run some finished trials again and compare with what is stored");
  verb->add_option("what", arguments->request.target, "a figure, a run directory, or a trial's 16 digits")
      ->required()
      ->type_name("FIGURE|DIR|TRIAL");
  verb->add_option("--trials", arguments->request.trials, "how many, drawn at random")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}))
      ->type_name("N");
  verb->add_option("--seed", arguments->request.seed, "of the draw")->type_name("N");
  verb->add_option(
          "--tolerance", arguments->tolerance,
          "of rounded metrics on another BLAS: allowed difference, as a part of the metric's largest value")
      ->check(CLI::PositiveNumber);
  verb->add_flag("--exact", arguments->exact,
                 "as on any other machine: exact metrics bit by bit, rounded ones to rounding");
  verb->callback([arguments, &exit] {
    try {
      exit = replay(*arguments);
    } catch (const Cancelled&) {
      fmt::print(stderr, "interrupted: not all trials were run again\n");
      exit = exit_interrupted;
    }
  });
}

}  // namespace qklab
