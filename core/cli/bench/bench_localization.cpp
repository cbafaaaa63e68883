// Time of the localization Monte Carlo, compared with NumPy programs that compute the same, and with the part
// of the work that no program can avoid.
#include <fmt/format.h>

#include "core/cli/bench/bench_peer.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/kernels/gemm.hpp"
#include "core/kernels/normal.hpp"
#include "core/measure/bridge.hpp"
#include "core/run/scheduler.hpp"

namespace qklab {

namespace {

constexpr int dim = 64, length = 32, samples = 100000, rounds = 5;

TrialSpec trial_of(int seed) {
  const Sweep sweep = sweep_of(
      fmt::format("name: bench\nexperiment: localization\n"
                  "params: {{dim: {}, length: {}, samples: {}, mean: 0.125, variance: 1, seed: {}}}\n",
                  dim, length, samples, seed));
  TrialSpec spec;
  sweep.for_each([&spec](const TrialSpec& trial) {
    spec = trial;
    return false;
  });
  return spec;
}

double run_ours(int seed) {
  const Experiment& localization = *find_experiment("localization");
  const TrialSpec spec = trial_of(seed);
  const std::atomic<bool> stop{false};
  return seconds_of([&] {
    const Result result = run_trial(localization, spec, stop);
    if (result.status != Status::done) throw Error(result.message);
  });
}

// The bound: random numbers and matrix products for as many samples, and nothing else.
double run_bound() {
  constexpr int block = static_cast<int>(bridge_block);
  std::vector<float> w(dim * dim, 1.0f), x(dim * bridge_block), u(dim * bridge_block),
      n(length * bridge_block);
  const Stream stream(0, 0, "bound");
  return seconds_of([&] {
    for (int first = 0; first < samples; first += block) {
      const Stream numbers = stream.substream(static_cast<std::uint64_t>(first));
      kernels::fill_normal(numbers, 0, x.size(), x.data());
      kernels::fill_normal(numbers, x.size() / kernels::normal_group<float>, n.size(), n.data());
      kernels::gemm(false, false, dim, block, dim, 1.0f, w.data(), dim, x.data(), block, 0.0f, u.data(),
                    block);
    }
  });
}

// The seconds that the script measured, without its start-up.
double run_numpy(std::string_view mode) {
  return run_script(
             fmt::format("localization_numpy.py --mode {} --dim {} --length {} --samples {} --repeat 1", mode,
                         dim, length, samples))
      .at("seconds");
}

}  // namespace

std::vector<Measurement> bench_localization() {
  const std::vector<std::string> peers = {"walk", "bridge"};
  std::vector<double> ours, bound;
  std::vector<std::vector<double>> theirs(peers.size()), ratios(peers.size());
  run_ours(0);  // warms caches and clocks
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(run_ours(round + 1));
    bound.push_back(run_bound() / ours.back());
    for (std::size_t p = 0; p < peers.size(); ++p) {
      theirs[p].push_back(run_numpy(peers[p]));
      ratios[p].push_back(theirs[p].back() / ours.back());
    }
  }
  const auto shape = nlohmann::ordered_json{{"dim", dim}, {"length", length}, {"samples", samples}};
  for (double& seconds : ours) seconds *= 1e3;
  std::vector<Measurement> out;
  out.push_back(
      {"localization",
       to_text(spread(ours), "ms") + fmt::format(" for {} samples, dim {}, length {}", samples, dim, length),
       {{"shape", shape}, {"ms", list(spread(ours))}}});
  out.push_back({"localization/bound",
                 to_text(spread(bound), "of the time goes to random numbers and matrix products"),
                 {{"shape", shape}, {"fraction", list(spread(bound))}}});
  for (std::size_t p = 0; p < peers.size(); ++p) {
    out.push_back(
        {"localization/numpy-" + peers[p],
         to_text(spread(ratios[p]), "times as long") + ", " + to_text(spread(theirs[p]), "s"),
         {{"shape", shape}, {"seconds", list(spread(theirs[p]))}, {"ratio", list(spread(ratios[p]))}}});
  }
  return out;
}

}  // namespace qklab
