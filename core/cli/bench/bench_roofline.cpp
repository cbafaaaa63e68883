// This machine's two bounds for one thread: operations a second with operands in cache, and bytes a second
// from each level of memory. A step that does f operations for each byte that it moves runs at the smaller of
// the first bound and f times the second (Williams, Waterman, Patterson 2009).
#include <fmt/format.h>

#include <algorithm>

#include "core/cli/bench/benchmark.hpp"
#include "core/kernels/product.hpp"

namespace qklab {

namespace {

// Calls a second, for each round.
template <class Work> std::vector<double> calls_a_second(Work work) {
  work();
  const double start = cpu_seconds();
  work();
  constexpr double window = 0.02;  // seconds
  const int times = std::max(1, static_cast<int>(window / (cpu_seconds() - start)));
  std::vector<double> rates;
  for (int round = 0; round < 21; ++round) {
    const double begin = cpu_seconds();
    for (int i = 0; i < times; ++i) work();
    rates.push_back(times / (cpu_seconds() - begin));
  }
  return rates;
}

Measurement measurement(std::string name, std::vector<double> rates, double each, std::string_view unit) {
  for (double& rate : rates) rate *= 1e-9 * each;
  const Spread s = spread(rates);
  return {std::move(name), to_text(s, unit), {{"unit", unit}, {"value", list(s)}}};
}

}  // namespace

std::vector<Measurement> bench_roofline() {
  constexpr int n = 192;  // three matrices in L2
  std::vector<float> a(n * n, 0.5f), b(n * n, 0.25f), c(n * n);
  std::vector<Measurement> out = {measurement("roofline/products", calls_a_second([&] {
                                                kernels::product(false, false, n, n, n, 1, a.data(), n,
                                                                 b.data(), n, 0, c.data(), n);
                                              }),
                                              2.0 * n * n * n, "billion operations a second")};
  // y += x / 2 for two arrays: reads both, writes one.
  for (const auto& [level, kilobytes] : {std::pair("L1", 16), std::pair("L2", 512), std::pair("L3", 8 << 10),
                                         std::pair("memory", 512 << 10)}) {
    const std::size_t size = static_cast<std::size_t>(kilobytes) * 1024 / (2 * sizeof(float));
    std::vector<float> x(size, 1), y(size, 1);
    out.push_back(measurement(fmt::format("roofline/{} kB", kilobytes), calls_a_second([&] {
                                for (std::size_t i = 0; i < size; ++i) y[i] += 0.5f * x[i];
                              }),
                              3.0 * sizeof(float) * static_cast<double>(size), "GB/s"));
  }
  return out;
}

}  // namespace qklab
