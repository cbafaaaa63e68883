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

void AgainstFloor::add(double step_seconds, double floor_seconds) {
  step_us.push_back(1e6 * step_seconds);
  floor_us.push_back(1e6 * floor_seconds);
  ratio.push_back(step_us.back() / floor_us.back());
}

std::string AgainstFloor::text() const {
  const Spread r = spread(ratio);
  return fmt::format("{:.2f} of the floor ({:.2f} to {:.2f}); {}; floor {}", r.median, r.low, r.high,
                     to_text(spread(step_us), "us"), to_text(spread(floor_us), "us"));
}

nlohmann::ordered_json AgainstFloor::json() const {
  const Spread s = spread(step_us), r = spread(ratio);
  return {{"step_us", s.median},
          {"step_us_spread", {s.low, s.high}},
          {"gemm_floor_us", spread(floor_us).median},
          {"ratio", r.median},
          {"ratio_spread", {r.low, r.high}}};
}

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
