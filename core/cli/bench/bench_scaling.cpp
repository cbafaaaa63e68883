// Scaling, as exponents of fitted powers: time and memory of a training step with length and dim, and time of
// a sweep with its trials. Also the speed-up of a step with more threads.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/cli/bench/bench_training.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/stats/correlation.hpp"

namespace qklab {

namespace {

// The exponent of y ~ x^exponent, over all sizes and over the upper half of them, where it is nearer to its
// limit.
struct Exponents {
  double all, upper;
};

Exponents exponents(const std::vector<double>& x, const std::vector<double>& y) {
  const auto logs = [](std::vector<double> values) {
    for (double& value : values) value = std::log(value);
    return values;
  };
  const std::vector<double> log_x = logs(x), log_y = logs(y);
  const std::size_t half = x.size() / 2;
  return {least_squares_slope(log_x, log_y),
          least_squares_slope(std::span(log_x).subspan(half), std::span(log_y).subspan(half))};
}

Measurement power(std::string name, const std::vector<double>& x, const std::vector<double>& y,
                  std::string_view unit) {
  const Exponents found = exponents(x, y);
  std::string text = fmt::format("exponent {:.2f}, upper half {:.2f}:", found.all, found.upper);
  for (std::size_t i = 0; i < x.size(); ++i) text += fmt::format(" {:g}: {:.4g} {};", x[i], y[i], unit);
  text.pop_back();
  return {
      std::move(name), text, {{"x", x}, {"y", y}, {"unit", unit}, {"exponents", {found.all, found.upper}}}};
}

// Sizes take turns, so that other load on the machine affects all of them alike.
void add_steps(std::vector<Measurement>& out, std::string_view along, const std::vector<StepShape>& shapes,
               int StepShape::*size) {
  std::vector<double> x, ms, megabytes;
  std::vector<std::unique_ptr<Training>> steps;
  for (const StepShape& shape : shapes) {
    x.push_back(shape.*size);
    steps.push_back(std::make_unique<Training>(shape));
    steps.back()->run();
    megabytes.push_back(1e-6 * static_cast<double>(steps.back()->planned_bytes()));
  }
  std::vector<std::vector<double>> seconds(shapes.size());
  for (int round = 0; round < 7; ++round) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double start = cpu_seconds();
      steps[i]->run();
      seconds[i].push_back(cpu_seconds() - start);
    }
  }
  for (const auto& each : seconds) ms.push_back(1e3 * spread(each).median);
  out.push_back(power(fmt::format("scaling/{}/time", along), x, ms, "ms"));
  out.push_back(power(fmt::format("scaling/{}/memory", along), x, megabytes, "MB"));
}

}  // namespace

std::vector<Measurement> bench_scaling() {
  std::vector<Measurement> out;
  std::vector<StepShape> lengths, dims;
  for (const int length : {32, 64, 128, 256, 512, 1024}) lengths.push_back({64, length, 8, 1, 1, 64, 256});
  for (const int dim : {16, 32, 64, 128, 256, 512}) dims.push_back({dim, 64, 8, 1, 1, 64, 4 * dim});
  add_steps(out, "length", lengths, &StepShape::length);
  add_steps(out, "dim", dims, &StepShape::dim);
  std::vector<double> trials, seconds;
  for (const int n : {1000, 10000, 100000, 1000000}) {
    trials.push_back(n);
    seconds.push_back(seconds_of_empty_sweep(n));
  }
  out.push_back(power("scaling/trials/time", trials, seconds, "s"));
  for (const StepShape& shape : standard_shapes()) {
    Training step(shape);
    out.push_back(over_threads("scaling/threads/" + to_text(shape), [&] { step.run(); }));
  }
  return out;
}

}  // namespace qklab
