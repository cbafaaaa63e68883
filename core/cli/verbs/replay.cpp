#include "core/study/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "core/cli/cli.hpp"
#include "core/cli/signals.hpp"
#include "core/run/scheduler.hpp"
#include "core/store/store.hpp"
#include "core/study/loaded.hpp"
#include "core/study/manifest.hpp"
#include "core/study/version.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

struct ReplayArguments {
  std::string target;
  std::size_t trials = 5;
  std::uint64_t seed = 0;
  double tolerance = rounding;
  bool exact = false;
};

// What is to be run again, and what it is compared with.
struct Stored {
  std::string directory;
  const Experiment* experiment = nullptr;
  Telling telling;
  std::size_t eligible = 0;  // trials that are done or diverged
  std::vector<TrialRecord> chosen;
  MetricSizes sizes;
  bool all_series = true;     // not of a reference, which keeps those that figures and claims read
  FileIdentities files = {};  // that its trials read
};

bool is_run_directory(const fs::path& path) {
  return fs::exists(path / "run.db") || fs::exists(path / "manifest.json");
}

// Below results/ and results/reference/, here and in the source that this program was built from.
std::vector<fs::path> known_directories() {
  std::vector<fs::path> found;
  const fs::path source = source_directory();
  for (const fs::path& folder : {fs::path("results/reference"), source / "results/reference",
                                 fs::path("results"), source / "results"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (is_run_directory(entry.path())) found.push_back(entry.path());
    }
  }
  return found;
}

Stored read_stored(const std::string& directory, const std::function<bool(std::uint64_t)>& wanted) {
  Stored stored{directory, nullptr, {}, 0, {}, MetricSizes(Experiment{}), !is_reference(directory)};
  const auto take = [&](const TrialRecord& trial) {
    if (trial.status == Status::failed || trial.status == Status::pruned) return;
    stored.sizes.include(trial);
    ++stored.eligible;
    if (wanted(trial.id)) stored.chosen.push_back(trial);
  };
  const auto begin = [&](const Config& config) {
    stored.experiment = config.experiment;
    stored.telling = Telling(config.sweep);
    stored.sizes = MetricSizes(*config.experiment);
  };
  if (fs::exists(store_path(directory))) {
    const Store store(store_path(directory), Store::Mode::read);
    Loaded loaded = load_config(store.source());
    grow(loaded, store);
    begin(loaded.config);
    stored.files = loaded.config.sweep.files();
    store.for_each(loaded.config.sweep, take);
  } else {
    const Config config = load_config(read_manifest_source(directory)).config;
    begin(config);
    stored.files = config.sweep.files();
    for (const TrialRecord& trial : read_csv(directory, *config.experiment, stored.files).trials) take(trial);
  }
  return stored;
}

// `count` of the ids, drawn without replacement.
std::set<std::uint64_t> draw_ids(std::vector<std::uint64_t> ids, std::size_t count, std::uint64_t seed) {
  Stream stream(seed, 0, "replay");
  for (std::size_t i = 0; i < std::min(count, ids.size()); ++i) {
    std::swap(ids[i], ids[i + static_cast<std::size_t>(stream.below(ids.size() - i))]);
  }
  return {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids.size()))};
}

Stored choose(const std::string& directory, const ReplayArguments& arguments) {
  std::vector<std::uint64_t> ids;
  read_stored(directory, [&](std::uint64_t id) {
    ids.push_back(id);
    return false;
  });
  const std::set<std::uint64_t> chosen = draw_ids(std::move(ids), arguments.trials, arguments.seed);
  return read_stored(directory, [&](std::uint64_t id) { return chosen.count(id) > 0; });
}

// A directory, a figure's name, or a trial's.
Stored find(const ReplayArguments& arguments) {
  const std::string& target = arguments.target;
  if (is_run_directory(target)) return choose(target, arguments);
  const std::vector<fs::path> known = known_directories();
  if (const auto id = parse_trial_name(target)) {
    for (const fs::path& directory : known) {
      Stored stored = read_stored(directory.string(), [&](std::uint64_t other) { return other == *id; });
      if (!stored.chosen.empty()) return stored;
    }
    throw InputError(fmt::format("no directory below results/ holds a finished trial {}", target));
  }
  std::vector<std::string> names;
  for (const fs::path& directory : known) {
    if (directory.filename() == target) return choose(directory.string(), arguments);
    names.push_back(directory.filename().string());
  }
  throw InputError(fmt::format("{}: neither a run directory, nor one below results/, nor a trial{}", target,
                               did_you_mean(target, names)));
}

// Says how the trials are compared, and why so.
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

// What is run again must read what was read then.
void check_files(const Stored& stored) {
  for (const FileIdentity& then : stored.files) {
    const FileIdentity now = identify_file(then.path);
    if (now == then) continue;
    throw InputError(fmt::format("{}: its trials read {}, which is now another file: {}", stored.directory,
                                 then.str(), now.str()));
  }
}

int replay(const ReplayArguments& arguments) {
  const Stored stored = find(arguments);
  if (stored.chosen.empty()) throw InputError(fmt::format("{}: no finished trial", stored.directory));
  check_files(stored);
  const Sameness wanted = sameness_for(arguments, stored);
  if (!stored.all_series)
    fmt::print("of series those that its figures and claims read, as it holds no others\n");
  const std::atomic<bool>& stop = stop_on_signals();
  std::size_t same = 0;
  for (const TrialRecord& trial : stored.chosen) {
    const Result again = run_trial(*stored.experiment, {trial.id, trial.params}, stop);
    const std::vector<std::string> differences = compare_trial(
        *stored.experiment, trial, again, stored.directory, wanted, stored.sizes, stored.all_series);
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
  verb->add_option("what", arguments->target, "a figure, a run directory, or a trial's 16 digits")
      ->required()
      ->type_name("FIGURE|DIR|TRIAL");
  verb->add_option("--trials", arguments->trials, "how many, drawn at random")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}))
      ->type_name("N");
  verb->add_option("--seed", arguments->seed, "of the draw")->type_name("N");
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
