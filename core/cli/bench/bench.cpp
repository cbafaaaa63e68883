#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/cli/bench/benchmark.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/directory/version.hpp"

extern "C" void openblas_set_num_threads(int count);

namespace qklab {

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
  const auto head = [arguments] {
    std::vector<StepShape> shapes;
    for (const std::string& text : arguments->shapes) shapes.push_back(parse_shape(text));
    return bench_head(shapes.empty() ? std::vector{parse_shape("128,512,8,1,1,33278,128")} : shapes);
  };
  const auto phase = [arguments] { return bench_phase(arguments->peer == "torch"); };
  const std::vector<std::pair<std::string, Benchmark>> benchmarks = {{"startup", bench_startup},
                                                                     {"localization", bench_localization},
                                                                     {"sweep", bench_sweep},
                                                                     {"reopen", bench_reopen},
                                                                     {"step", step},
                                                                     {"head", head},
                                                                     {"phase", phase},
                                                                     {"scaling", bench_scaling},
                                                                     {"roofline", bench_roofline},
                                                                     {"report", bench_report}};
  std::vector<std::string> known;
  for (const auto& [name, run] : benchmarks) known.push_back(name);
  CLI::App* verb =
      app.add_subcommand("bench", "measure speed, beside peers where there are some; one thread");
  verb->add_option("names", arguments->names,
                   "which (default: startup, localization, sweep, reopen; with options of a step, step)")
      ->check(one_of(known));
  verb->add_option("--shape", arguments->shapes,
                   "a training step, or a head, to measure, D,T,B,L,H,V,FFN; repeatable (default: five)")
      ->allow_extra_args(false);
  verb->add_option("--peer", arguments->peer, "measure this peer as well, beside step and phase")
      ->check(one_of({"torch"}));
  verb->add_flag("--profile", arguments->profile, "print what each op of a step takes");
  verb->add_flag("--json", arguments->json, "print a JSON list");
  verb->callback([arguments, benchmarks] {
    for (const std::string& text : arguments->shapes) parse_shape(text);  // checks them before anything else
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
