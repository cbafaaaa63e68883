#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/config/config.hpp"
#include "core/study/version.hpp"

extern "C" void openblas_set_num_threads(int count);

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

void add_bench(CLI::App& app, Exit&) {
  struct Arguments {
    std::vector<std::string> names, shapes;
    std::string peer;
    bool json = false, profile = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  using Benchmark = std::function<std::vector<Measurement>()>;
  const auto step = [arguments] {
    std::vector<StepShape> shapes;
    for (const std::string& text : arguments->shapes) shapes.push_back(parse_shape(text));
    return bench_step(shapes.empty() ? standard_shapes() : shapes,
                      {.torch = arguments->peer == "torch", .profile = arguments->profile});
  };
  const auto phase = [arguments] { return bench_phase(arguments->peer == "torch"); };
  const std::vector<std::pair<std::string, Benchmark>> benchmarks = {{"startup", bench_startup},
                                                                     {"localization", bench_localization},
                                                                     {"sweep", bench_sweep},
                                                                     {"reopen", bench_reopen},
                                                                     {"step", step},
                                                                     {"phase", phase},
                                                                     {"scaling", bench_scaling},
                                                                     {"roofline", bench_roofline}};
  std::vector<std::string> known;
  for (const auto& [name, run] : benchmarks) known.push_back(name);
  CLI::App* verb =
      app.add_subcommand("bench", "measure speed, beside peers where there are some; one thread");
  verb->add_option("names", arguments->names,
                   "which (default: startup, localization, sweep, reopen; with options of a step, step)")
      ->check(one_of(known));
  verb->add_option("--shape", arguments->shapes,
                   "a training step to measure, D,T,B,L,H,V,FFN; repeatable (default: five)")
      ->allow_extra_args(false);
  verb->add_option("--peer", arguments->peer, "measure this peer as well, beside step and phase")
      ->check(one_of({"torch"}));
  verb->add_flag("--profile", arguments->profile, "print what each op of a step takes");
  verb->add_flag("--json", arguments->json, "print a JSON list");
  verb->callback([arguments, benchmarks] {
    for (const std::string& text : arguments->shapes) parse_shape(text);  // complains before all else
    if (const char* forced = std::getenv("OPENBLAS_CORETYPE")) {
      fmt::print(
          stderr,
          "warning: OPENBLAS_CORETYPE={} may force slow kernels; measure with env -u OPENBLAS_CORETYPE\n",
          forced);
    }
    openblas_set_num_threads(1);
    tbb::task_arena one_thread(1);
    if (!arguments->json) fmt::print("{}\n\n", version_text());
    std::vector<std::string> names = arguments->names;
    const bool of_step = !arguments->shapes.empty() || arguments->profile || !arguments->peer.empty();
    if (names.empty())
      names = of_step ? std::vector<std::string>{"step"}
                      : std::vector<std::string>{"startup", "localization", "sweep", "reopen"};
    auto list = nlohmann::ordered_json::array();
    for (const auto& [name, run] : benchmarks) {
      if (std::ranges::find(names, name) == names.end()) continue;
      for (Measurement& measurement : one_thread.execute(run)) {
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
