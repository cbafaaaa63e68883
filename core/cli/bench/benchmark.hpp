// A benchmark of `qklab bench`: timings that take turns within one run, reported with their spread.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/cli/bench/bench_shape.hpp"
#include "core/sweep/sweep.hpp"

namespace qklab {

struct Spread {
  double low = 0, median = 0, high = 0;
};
Spread spread(std::vector<double> values);                         // at least one value
std::string to_text(const Spread& spread, std::string_view unit);  // "1.23 ms (1.20 to 1.31)"
std::vector<double> list(const Spread& spread);                    // low, median, high

// What a step takes beside its dense products, its floor, in microseconds; the ratio is that of each pair.
struct AgainstFloor {
  std::vector<double> step_us, floor_us, ratio;

  void add(double step_seconds, double floor_seconds);
  std::string text() const;  // "1.05 of the floor (1.02 to 1.10); 812 us (...); floor 770 us (...)"
  nlohmann::ordered_json json() const;  // of the spreads
};

// One line of the report, and its JSON form.
struct Measurement {
  std::string name;
  std::string text;
  nlohmann::ordered_json json;
};

double seconds_of(const std::function<void()>& work);
// CPU time of this thread: other processes on a shared machine affect it only through the cache.
double cpu_seconds();

// Wall time of what may use all threads, like a step of the last trial of a run, on 1 thread and on more, up to all.
Measurement over_threads(std::string name, const std::function<void()>& work);

struct StepOptions {
  bool torch = false, profile = false;
};
std::vector<Measurement> bench_step(const std::vector<StepShape>& shapes, const StepOptions& options);
std::vector<Measurement> bench_head(const std::vector<StepShape>& shapes);  // D, T, B and V of each
std::vector<Measurement> bench_localization();
std::vector<Measurement> bench_startup();
std::vector<Measurement> bench_sweep();
std::vector<Measurement> bench_reopen();
std::vector<Measurement> bench_phase(bool torch);
std::vector<Measurement> bench_scaling();
std::vector<Measurement> bench_roofline();
std::vector<Measurement> bench_report();

// The sweep of a benchmark's config, which must be valid.
Sweep sweep_of(std::string yaml);

// Seconds that a sweep of empty trials takes on one thread, results stored.
double seconds_of_empty_sweep(std::int64_t trials);

}  // namespace qklab
