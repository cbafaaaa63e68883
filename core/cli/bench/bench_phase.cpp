// Trainings a minute of a phase diagram, by one process on one core and on two, compared with PyTorch in two
// processes: this is the time that a user waits.
#include <fmt/format.h>

#include "core/cli/bench/bench_peer.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/run/scheduler.hpp"
#include "core/system/temporary_folder.hpp"

namespace qklab {

namespace {

constexpr int points = 64;

// The same task as bench/phase_torch.py: one head sorts 32 of 16 symbols, and is evaluated before and after.
constexpr std::string_view phase_diagram = R"(
name: bench_phase
experiment: training
params:
  {task: sort, length: 32, vocabulary: 16, batch: 64, dim: 32, heads: 1, layers: 1, ffn: 0, norm: pre, causal: false,
   optimizer: adamw, lr: 0.001, steps: 300, evaluate_every: 300}
sweep:
  init.mean: {linspace: [0, 0.5, 8]}
  init.variance: {logspace: [0.01, 10, 8]}
)";

// Trainings a minute, results stored.
double trainings_a_minute(std::size_t jobs) {
  const Sweep sweep = sweep_of(std::string(phase_diagram));
  const TemporaryFolder folder;
  const std::atomic<bool> stop{false};
  RunOptions options;
  options.jobs = jobs;
  options.directory = folder.path;
  Store store(folder.path + "/run.db", Store::Mode::write);
  const double seconds = seconds_of([&] {
    if (run_trials(sweep, store, options, stop).progress.done != points) throw Error("trials are missing");
  });
  return 60 * points / seconds;
}

Measurement measurement(std::string name, const std::vector<double>& values, std::string_view unit) {
  const Spread s = spread(values);
  return {std::move(name), to_text(s, unit), {{"points", points}, {"value", list(s)}}};
}

}  // namespace

std::vector<Measurement> bench_phase(bool torch) {
  std::vector<double> one, two, speedup, peer, ratio;
  for (int round = 0; round < 3; ++round) {
    one.push_back(trainings_a_minute(1));
    two.push_back(trainings_a_minute(2));
    speedup.push_back(two.back() / one.back());
    if (!torch) continue;
    const double seconds =
        run_script(fmt::format("phase_torch.py --jobs 2 --points {}", points)).at("seconds");
    peer.push_back(60 * points / seconds);
    ratio.push_back(two.back() / peer.back());
  }
  std::vector<Measurement> out = {measurement("phase/1", one, "trainings a minute, one core"),
                                  measurement("phase/2", two, "trainings a minute, two cores"),
                                  measurement("phase/speedup", speedup, "times one core's with two")};
  if (!torch) return out;
  out.push_back(measurement("phase/torch", peer, "trainings a minute, PyTorch in two processes"));
  out.push_back(measurement("phase/ratio", ratio, "times PyTorch's"));
  return out;
}

}  // namespace qklab
