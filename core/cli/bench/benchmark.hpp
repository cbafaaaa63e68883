// A benchmark of `qklab bench`: timings taken in turns within one run, reported with their spread.
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

// A line of the report, and its JSON form.
struct Measurement {
  std::string name;
  std::string text;
  nlohmann::ordered_json json;
};

double seconds_of(const std::function<void()>& work);
// Of this thread: what others do on a shared machine costs no time here, only cache.
double cpu_seconds();

struct StepOptions {
  bool torch = false, profile = false;
};
std::vector<Measurement> bench_step(const std::vector<StepShape>& shapes, const StepOptions& options);
std::vector<Measurement> bench_localization();
std::vector<Measurement> bench_startup();
std::vector<Measurement> bench_sweep();
std::vector<Measurement> bench_reopen();
std::vector<Measurement> bench_phase(bool torch);
std::vector<Measurement> bench_scaling();
std::vector<Measurement> bench_roofline();

// Of a benchmark's own config, which must be valid.
Sweep sweep_of(std::string yaml);

// Of a sweep of trials that do nothing, on one thread, with the store on.
double seconds_of_empty_sweep(std::int64_t trials);

}  // namespace qklab
