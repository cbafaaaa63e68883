#include "core/store/trial_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "core/base/value.hpp"

namespace qklab {

namespace {

// Metrics by name, so that trials of different files can be compared.
struct Content {
  Content(const StoredTrialReader& reader, const StoredTrial& trial) {
    fields["status"] = trial.status;
    fields["message"] = trial.message;
    for (const auto& scalar : trial.scalars)
      fields[fmt::format("scalar '{}'", reader.metric_name(scalar.metric))] = shortest(scalar.value);
    for (const auto& series : trial.series) {
      const std::string& name = reader.metric_name(series.metric);
      fields[fmt::format("index of series '{}'", name)] = series.index;
      fields[fmt::format("series '{}'", name)] = series.value;
    }
    for (const auto& array : trial.arrays)
      fields[fmt::format("array '{}'", reader.metric_name(array.metric))] = array.file;
  }
  std::map<std::string, std::string> fields;
};

// The first difference between two unequal series.
std::string first_difference(const std::string& a, const std::string& b) {
  const std::size_t size = std::min(a.size(), b.size()) / sizeof(double);
  for (std::size_t i = 0; i < size; ++i) {
    double x, y;
    std::memcpy(&x, a.data() + i * sizeof x, sizeof x);
    std::memcpy(&y, b.data() + i * sizeof y, sizeof y);
    if (std::bit_cast<std::uint64_t>(x) != std::bit_cast<std::uint64_t>(y))
      return fmt::format("value {} is {} in one, {} in the other", i + 1, shortest(x), shortest(y));
  }
  return fmt::format("has {} values in one, {} in the other", a.size() / sizeof(double),
                     b.size() / sizeof(double));
}

}  // namespace

std::string difference(const StoredTrialReader& of_a, const StoredTrial& trial_a,
                       const StoredTrialReader& of_b, const StoredTrial& trial_b) {
  const Content a(of_a, trial_a), b(of_b, trial_b);
  for (const auto& [name, text] : a.fields) {
    const auto other = b.fields.find(name);
    if (other == b.fields.end()) return name + " is set in one alone";
    if (other->second == text) continue;
    if (name.find("series") != std::string::npos) return name + " " + first_difference(text, other->second);
    return fmt::format("{} is '{}' in one, '{}' in the other", name, text, other->second);
  }
  for (const auto& [name, text] : b.fields)
    if (!a.fields.count(name)) return name + " is set in one alone";
  return "";
}

}  // namespace qklab
