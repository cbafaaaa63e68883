// Strategies decide, from finished trials, which other trials are run: they refine a grid, add seeds until a
// mean is known well enough, or prune. Each kind has one file; a plugin may add kinds.
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

// Trials that continue in a sweep where not all do.
struct Round {
  std::optional<std::uint64_t> stop_at;      // its trials stop before this step; none: at their end
  std::unordered_set<std::uint64_t> trials;  // trials that have not got so far; empty: all is done
};

// A strategy decides by finished trials alone, so that the sweep ends the same with any number of threads,
// any interruption and any order of trials.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // Reports what the strategy needs and the experiment or the sweep does not have.
  virtual void check(const Sweep& sweep, Diagnostics& diagnostics) const = 0;

  // Whether it adds points, or replicates of points, while trials finish.
  virtual bool adds_points() const { return false; }
  virtual bool adds_replicates() const { return false; }
  // The sweep with everything that follows from finished trials. If the result has unfinished trials, run
  // them and call again, until nothing is added.
  virtual Sweep grow(const Sweep& sweep, const FinishedTrials&) const { return sweep; }
  // The number of replicates with which each point begins, and the largest it may get. The seeds' axis has
  // the latter length.
  virtual std::optional<std::pair<std::uint64_t, std::uint64_t>> replicates() const { return std::nullopt; }

  // The metric by which it decides that only some trials continue; nothing if all do. The trials of
  // `next_round` are then run, until a round is empty. `results`: the sweep's finished and stopped trials,
  // with that series and their messages.
  virtual std::optional<std::string> decides_by() const { return std::nullopt; }
  virtual Round next_round(const Sweep&, const Results&) const { return {}; }

  // What it may still add or leave out, as text behind "40 trials": " and up to 20 that refine adds".
  virtual std::string outlook() const = 0;
  // The outcome, in a sentence that manifest.json keeps; "" if there is nothing to say.
  virtual std::string account(const Sweep&, const Results&) const { return {}; }
  // Why all trials must be in one place, so that a shard cannot be run by itself; "" if it can.
  virtual std::string why_whole() const { return {}; }
  // Why the missing trials cannot be listed for Slurm beforehand; "" if they can.
  virtual std::string why_unknown() const { return why_whole(); }

  std::string kind;  // the name under which its kind is registered
  Place place;       // its position in the config
};

struct StrategyKind {
  static constexpr const char* kind = "strategy";
  static constexpr const char* noun = "strategies";

  // The section of a config that holds it: `sweep:`, `seeds:` or the top. Its name is the key.
  enum class Section { sweep, seeds, config };

  std::string name, doc;
  Section section;
  // Reads the value of the key. Errors go to the diagnostics; null if no strategy can be made of it. The
  // caller sets kind and place.
  std::function<std::shared_ptr<Strategy>(const YAML::Node& node, const YamlFile& file,
                                          Diagnostics& diagnostics)>
      read;

  // Whether the value `none` switches it off, as a preset or an override may. Other seeds replace those of a strategy.
  bool can_be_none() const { return section != Section::seeds; }
};
using StrategyKinds = Registry<StrategyKind>;

// The names of all kinds in a section.
std::vector<std::string> strategy_names(StrategyKind::Section section);

// The sweep's strategy of that kind, null if it has none; and its strategy by which only some trials
// continue.
const Strategy* find_strategy(const Sweep& sweep, std::string_view kind);
const Strategy* selecting_strategy(const Sweep& sweep);

bool grows(const Sweep& sweep);        // as it runs, by points or replicates
bool adds_points(const Sweep& sweep);  // between those of its grid
void check_strategies(const Sweep& sweep, Diagnostics& diagnostics);

// The sweep with all that its strategies add. Points are added by means over the replicates with which each
// point begins, so that the result does not depend on whether points or replicates were added first.
Sweep grow(const Sweep& sweep, const FinishedTrials& finished);

// The outcome of all strategies of a sweep; "" if there is nothing to say.
std::string account_of(const Sweep& sweep, const Results& results);

// Reports a metric that is not a scalar of the experiment; `what` names the strategy that needs it.
void check_scalar(const Experiment& experiment, const std::string& metric, const std::string& what,
                  const Place& place, Diagnostics& diagnostics);
std::size_t scalar_slot(const Experiment& experiment, const std::string& metric);  // the metric must exist

}  // namespace qklab
