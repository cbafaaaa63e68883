// Selects trials and numbers from Results, for figures and claims alike.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/results/results.hpp"
#include "core/sweep/where.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// A declared metric and, if a series is to yield one number, which one: `at` is first, last, mean, min, max
// or a value of the series' index. `at` is empty for scalars and for whole series.
struct Quantity {
  std::string metric;
  bool series = false;
  std::size_t slot = 0;  // index in TrialRecord::series or ::scalars
  bool member = false;   // of a family: found by name in TrialRecord::members; slot is the family's
  std::string at;

  bool whole_series() const { return series && at.empty(); }
};

// The number of a scalar, or of a series with `at`. NaN if the trial has none.
double number_of(const Quantity& quantity, const TrialRecord& trial);
const Series& series_of(const Quantity& quantity, const TrialRecord& trial);
const Metric& metric_of(const Quantity& quantity, const Experiment& experiment);
std::string label(const Quantity& quantity, const Experiment& experiment);  // "entropy [nats]"
std::string label(const Parameter& parameter);  // "variance", or with its unit in brackets

using Trials = std::vector<const TrialRecord*>;

// The trials, whatever their status, for which `where` holds.
Trials select(const Results& results, const std::optional<Where>& where);

// Values of some parameters, which are given by their indices in the schema.
using Key = std::vector<Value>;
Key key_of(const Parameters& params, const std::vector<std::size_t>& parameters);
std::string key_text(const Schema& schema, const std::vector<std::size_t>& parameters, const Key& key);

// Orders numbers by size (NaN last), and texts in the order of the schema's choices.
struct KeyLess {
  const Schema* schema;
  const std::vector<std::size_t>* parameters;
  bool operator()(const Key& a, const Key& b) const;
};

struct Group {
  Key key;
  Trials trials;
};
// Splits trials by the values of `parameters`. Groups are in the order of KeyLess; the order within a group
// is kept.
std::vector<Group> group(const Trials& trials, const Schema& schema,
                         const std::vector<std::size_t>& parameters);

std::size_t seed_of(const Schema& schema);  // the seed's index; throws Error if there is none

// --- Reading names from YAML. Errors go to the reader's diagnostics and suggest the nearest candidate.

std::optional<std::size_t> read_parameter(MapReader& map, std::string_view key, const Experiment& experiment);
std::optional<std::size_t> find_parameter(MapReader& map, std::string_view key, const std::string& name,
                                          const Experiment& experiment);
// The metric called `name`, which is the value of `key`. `at` is checked too.
std::optional<Quantity> find_quantity(MapReader& map, std::string_view key, const std::string& name,
                                      const std::string& at, const Experiment& experiment);
std::optional<Where> read_where(MapReader& map, std::string_view key, const Experiment& experiment);
std::vector<std::string> metric_names(const Experiment& experiment);  // scalars and series

}  // namespace qklab
