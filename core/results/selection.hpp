// Picking trials and numbers out of Results: what figures and claims have in common.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/results/results.hpp"
#include "core/sweep/where.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// A declared metric and, where a series is to yield one number, which: `at` is first, last, mean, min,
// max or a value of the series' index. Empty for scalars and for whole series.
struct Quantity {
  std::string metric;
  bool series = false;
  std::size_t slot = 0;  // in TrialRecord::series or ::scalars
  bool member = false;   // of a family of series: in TrialRecord::members, by name; slot is the family's
  std::string at;

  bool whole_series() const { return series && at.empty(); }
};

// The one number of a scalar, or of a series with `at`. NaN where the trial has none.
double number_of(const Quantity& quantity, const TrialRecord& trial);
const Series& series_of(const Quantity& quantity, const TrialRecord& trial);
const Metric& metric_of(const Quantity& quantity, const Experiment& experiment);
std::string label(const Quantity& quantity, const Experiment& experiment);  // "entropy [nats]"
std::string label(const Parameter& parameter);  // "variance", or with its unit in brackets

using Trials = std::vector<const TrialRecord*>;

// The trials, of any status, for which `where` holds.
Trials select(const Results& results, const std::optional<Where>& where);

// Values of a few parameters, given by their places in the schema.
using Key = std::vector<Value>;
Key key_of(const Parameters& params, const std::vector<std::size_t>& parameters);
std::string key_text(const Schema& schema, const std::vector<std::size_t>& parameters, const Key& key);

// Orders numbers by size (NaN last), texts as the schema lists their choices.
struct KeyLess {
  const Schema* schema;
  const std::vector<std::size_t>* parameters;
  bool operator()(const Key& a, const Key& b) const;
};

struct Group {
  Key key;
  Trials trials;
};
// Splits trials by the values of `parameters`, in the order of KeyLess; order within a group is kept.
std::vector<Group> group(const Trials& trials, const Schema& schema,
                         const std::vector<std::size_t>& parameters);

std::size_t seed_of(const Schema& schema);  // the seed's place; throws Error where there is none

// --- Reading names from YAML; all report to the reader's diagnostics and name the nearest candidate.

std::optional<std::size_t> read_parameter(MapReader& map, std::string_view key, const Experiment& experiment);
std::optional<std::size_t> find_parameter(MapReader& map, std::string_view key, const std::string& name,
                                          const Experiment& experiment);
// The metric called `name`, as found under `key`. `at` is checked too.
std::optional<Quantity> find_quantity(MapReader& map, std::string_view key, const std::string& name,
                                      const std::string& at, const Experiment& experiment);
std::optional<Where> read_where(MapReader& map, std::string_view key, const Experiment& experiment);
std::vector<std::string> metric_names(const Experiment& experiment);  // scalars and series

}  // namespace qklab
