#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/cli/benchmark.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/version.hpp"

namespace qklab {

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return {values.front(), 0.5 * (values[(n - 1) / 2] + values[n / 2]), values.back()};
}

std::string to_text(const Spread& spread, std::string_view unit) {
  return fmt::format("{:.3g} {} ({:.3g} to {:.3g})", spread.median, unit, spread.low, spread.high);
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void add_bench(CLI::App& app, Exit&) {
  using Benchmark = std::vector<Measurement> (*)();
  static const std::vector<std::pair<std::string, Benchmark>> benchmarks = {
      {"startup", bench_startup},
      {"localization", bench_localization},
      {"sweep", bench_sweep},
      {"reopen", bench_reopen}};
  struct Arguments {
    std::vector<std::string> names;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  std::vector<std::string> known;
  for (const auto& [name, run] : benchmarks) known.push_back(name);
  CLI::App* verb =
      app.add_subcommand("bench", "measure speed, beside peers where there are some; one thread");
  verb->add_option("names", arguments->names, "which (default: all)")->check(CLI::IsMember(known));
  verb->add_flag("--json", arguments->json, "print a JSON list");
  verb->callback([arguments] {
    if (const char* forced = std::getenv("OPENBLAS_CORETYPE")) {
      fmt::print(
          stderr,
          "warning: OPENBLAS_CORETYPE={} may force slow kernels; measure with env -u OPENBLAS_CORETYPE\n",
          forced);
    }
    if (!arguments->json) fmt::print("{}\n\n", version_text());
    auto list = nlohmann::ordered_json::array();
    for (const auto& [name, run] : benchmarks) {
      if (!arguments->names.empty() &&
          std::count(arguments->names.begin(), arguments->names.end(), name) == 0)
        continue;
      for (Measurement& measurement : run()) {
        if (!arguments->json) fmt::print("{:<28} {}\n", measurement.name, measurement.text);
        std::fflush(stdout);
        measurement.json["name"] = measurement.name;
        measurement.json["blas"] = blas();
        measurement.json["simd"] = simd();
        measurement.json["threads"] = 1;
        list.push_back(measurement.json);
      }
    }
    if (arguments->json) fmt::print("{}\n", list.dump(2));
  });
}

}  // namespace qklab
