#include "core/cli/bench/benchmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/config/config.hpp"

namespace qklab {

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return {values.front(), 0.5 * (values[(n - 1) / 2] + values[n / 2]), values.back()};
}

std::string to_text(const Spread& spread, std::string_view unit) {
  return fmt::format("{:.3g} {} ({:.3g} to {:.3g})", spread.median, unit, spread.low, spread.high);
}

std::vector<double> list(const Spread& spread) { return {spread.low, spread.median, spread.high}; }

Sweep sweep_of(std::string yaml) {
  ConfigSource source;
  source.file = "bench";
  source.text = std::move(yaml);
  Diagnostics diagnostics;
  Config config = parse_config(source, diagnostics);
  diagnostics.throw_if_any();
  return std::move(config.sweep);
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace qklab
