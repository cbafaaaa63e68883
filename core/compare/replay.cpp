#include "core/compare/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "core/store/store.hpp"
#include "core/system/file.hpp"
#include "core/system/npy.hpp"

namespace qklab {
namespace {

struct Tolerance {
  bool exact;
  double allowed;  // for rounded metrics

  bool same(double a, double b) const {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (exact) return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    return a == b || std::abs(a - b) <= allowed;  // infinities are equal, though their difference is NaN
  }
};

void include_size(double& size, double x) {
  if (std::isfinite(x)) size = std::max(size, std::abs(x));
}

// "" if they are the same.
std::string series_difference(std::string_view name, const Metric& metric, const Series& stored,
                              const Series& again, const Tolerance& comparison) {
  if (stored.value.size() != again.value.size()) {
    return fmt::format("{}: stored {} values, now {}", name, stored.value.size(), again.value.size());
  }
  for (std::size_t i = 0; i < stored.value.size(); ++i) {
    if (stored.index[i] != again.index[i]) {
      return fmt::format("{}: stored {} number {} is {}, now {}", name, metric.index, i + 1,
                         shortest(stored.index[i]), shortest(again.index[i]));
    }
    if (!comparison.same(stored.value[i], again.value[i])) {
      return fmt::format("{} at {} {}: stored {}, now {}", name, metric.index, shortest(stored.index[i]),
                         shortest(stored.value[i]), shortest(again.value[i]));
    }
  }
  return "";
}

}  // namespace

void MetricSizes::include(const TrialRecord& trial) {
  for (std::size_t i = 0; i < scalars.size(); ++i) include_size(scalars[i], trial.scalars[i]);
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (const double v : trial.series[i].value) include_size(series[i], v);
  }
  for (const auto& [name, member] : trial.members) {
    for (const double v : member.value) include_size(members[name], v);
  }
}

std::vector<std::string> compare_trial(const Experiment& experiment, const TrialRecord& stored,
                                       const Result& again, const std::string& directory,
                                       const Sameness& wanted, const MetricSizes& sizes, bool all_series) {
  if (stored.status != again.status) {
    return {fmt::format("stored as {}, now {}{}{}", name_of(stored.status), name_of(again.status),
                        again.message.empty() ? "" : ": ", again.message)};
  }
  const auto comparison_of = [&wanted](const Metric& metric, double size) {
    return Tolerance{wanted.bitwise || metric.bits == Bits::exact, wanted.tolerance * size + cancelled};
  };
  std::vector<std::string> differences;
  for (std::size_t i = 0; i < experiment.scalars.size(); ++i) {
    if (experiment.scalars[i].added_later && std::isnan(stored.scalars[i])) continue;
    const Tolerance comparison = comparison_of(experiment.scalars[i], sizes.scalars[i]);
    if (comparison.same(stored.scalars[i], again.scalars[i])) continue;
    differences.push_back(fmt::format("{}: stored {}, now {}", experiment.scalars[i].name,
                                      shortest(stored.scalars[i]), shortest(again.scalars[i])));
  }
  for (std::size_t i = 0; i < experiment.series.size(); ++i) {
    const Metric& metric = experiment.series[i];
    if ((!all_series || metric.added_later) && stored.series[i].value.empty()) continue;
    const std::string difference = series_difference(
        metric.name, metric, stored.series[i], again.all_series[i], comparison_of(metric, sizes.series[i]));
    if (!difference.empty()) differences.push_back(difference);
  }
  const Series none;
  for (const auto& [name, series] : stored.members) {
    const auto now = again.members.find(name);
    const Metric& metric = *experiment.series_metric(name);
    const std::string difference =
        series_difference(name, metric, series, now == again.members.end() ? none : now->second,
                          comparison_of(metric, sizes.members.at(name)));
    if (!difference.empty()) differences.push_back(difference);
  }
  for (std::size_t i = 0; wanted.bitwise && i < experiment.arrays.size(); ++i) {
    const std::string file = directory + '/' + array_file(stored.id, experiment.arrays[i].name);
    if (again.arrays[i].shape.empty() || !std::filesystem::exists(file)) continue;
    const Array& array = again.arrays[i];
    if (read_file(file) != npy_bytes(array.shape, std::span<const double>(array.data)))
      differences.push_back(fmt::format("{}: another array now", file));
  }
  return differences;
}

}  // namespace qklab
