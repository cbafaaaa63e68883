// What decides, from finished trials, which others are to be run: to refine a grid, to sample until a mean is
// known well enough, to prune. One file a kind; a plugin may bring others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/registry.hpp"
#include "core/results/results.hpp"
#include "core/sweep/sweep.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// Trials that go on, of a sweep of which not all do.
struct Round {
  std::optional<std::uint64_t> stop_at;      // the step before which its trials stop; none: at their end
  std::unordered_set<std::uint64_t> trials;  // that have not got so far; empty: nothing is left to run
};

// A strategy decides by finished trials and by nothing else, so that any number of threads, any interruption
// and any order of trials end with the same sweep.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // Reports what the experiment or the sweep cannot give.
  virtual void check(const Sweep& sweep, Diagnostics& diagnostics) const = 0;

  // Whether it adds points, or replicates of points, as trials finish.
  virtual bool adds_points() const { return false; }
  virtual bool adds_replicates() const { return false; }
  // The sweep with all that follows from finished trials. Where it has unfinished trials these come first:
  // run them and call again, until nothing is added.
  virtual Sweep grow(const Sweep& sweep, const FinishedTrials&) const { return sweep; }
  // How many replicates each point begins with, and may have; the seeds' axis is as long as the latter.
  virtual std::optional<std::pair<std::uint64_t, std::uint64_t>> replicates() const { return std::nullopt; }

  // Whether it lets some trials alone go on: then the trials of `next_round` are run, until that has none.
  // `results`: what is finished or stopped of the sweep, with the series that it decides by, and messages.
  virtual std::optional<std::string> decides_by() const { return std::nullopt; }
  virtual Round next_round(const Sweep&, const Results&) const { return {}; }

  // What it may still add or leave out, behind "40 trials": " and up to 20 that refine adds".
  virtual std::string outlook() const = 0;
  // What has become of the sweep, in a sentence that manifest.json keeps; "" where there is nothing to tell.
  virtual std::string account(const Sweep&, const Results&) const { return {}; }
  // Why all trials have to be in one place, so that no shard can be run by itself; "" where one can.
  virtual std::string why_whole() const { return {}; }
  // Why Slurm cannot be told beforehand which trials are missing; "" where it can.
  virtual std::string why_unknown() const { return why_whole(); }

  std::string kind;  // by which it is registered
  Place place;       // in the config
};

struct StrategyKind {
  // Under `sweep:`, under `seeds:`, or at the top of a config; its name is the key.
  enum class Section { sweep, seeds, config };

  std::string name, doc;
  Section section;
  // Reads what stands under the key. What is wrong is reported to the diagnostics; null where nothing can be
  // made of it. Kind and place are set by the caller.
  std::function<std::shared_ptr<Strategy>(const YAML::Node& node, const YamlFile& file,
                                          Diagnostics& diagnostics)>
      read;
};
using StrategyKinds = Registry<StrategyKind>;

// Names of kinds in a section.
std::vector<std::string> strategy_names(StrategyKind::Section section);

// The strategy of a name that the sweep has, null where it has none; and the one by which only some trials go
// on.
const Strategy* find_strategy(const Sweep& sweep, std::string_view kind);
const Strategy* selecting_strategy(const Sweep& sweep);

bool grows(const Sweep& sweep);        // as it runs, by points or replicates
bool adds_points(const Sweep& sweep);  // between those of its grid
void check_strategies(const Sweep& sweep, Diagnostics& diagnostics);

// The sweep with all that its strategies add. Points are added by the means over each point's first
// replicates, so that what is added does not depend on which was first.
Sweep grow(const Sweep& sweep, const FinishedTrials& finished);

// What has become of a sweep by its strategies, "" where there is nothing to tell.
std::string account_of(const Sweep& sweep, const Results& results);

// Reports a metric that is no scalar of the experiment; `what` asked for it.
void check_scalar(const Experiment& experiment, const std::string& metric, const std::string& what,
                  const Place& place, Diagnostics& diagnostics);
std::size_t scalar_slot(const Experiment& experiment, const std::string& metric);  // of one that there is

}  // namespace qklab
