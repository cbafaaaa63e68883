// A training step, compared with the time of its own dense matrix products and with PyTorch's step.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>

#include "core/cli/bench/bench_peer.hpp"
#include "core/cli/bench/bench_products.hpp"
#include "core/cli/bench/bench_training.hpp"
#include "core/cli/bench/benchmark.hpp"

namespace qklab {
namespace {

constexpr int step_rounds = 41;
constexpr double step_window = 0.01;  // seconds; at least one step

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

template <class Work> double seconds_each(int times, Work& work) {
  const double start = cpu_seconds();
  for (int i = 0; i < times; ++i) work.run();
  return (cpu_seconds() - start) / times;
}

template <class Work> int times_in_window(Work& work) {
  for (int i = 0; i < 3; ++i) work.run();
  return std::max(1, static_cast<int>(step_window / seconds_each(3, work)));
}

void print_profile(Training& step, double total) {
  const std::vector<autodiff::Timing> timings = step.profile(std::max(20, static_cast<int>(0.5 / total)));
  fmt::print("  {:<16} {:>10} {:>10} {:>7}\n", "op", "forward", "backward", "share");
  for (const autodiff::Timing& t : timings) {
    fmt::print("  {:<16} {:>7.1f} us {:>7.1f} us {:>6.1f}%\n", t.name, 1e6 * t.forward, 1e6 * t.backward,
               100 * (t.forward + t.backward) / total);
  }
}

}  // namespace

std::vector<Measurement> bench_step(const std::vector<StepShape>& shapes, const StepOptions& options) {
  std::vector<Measurement> out;
  for (const StepShape& shape : shapes) {
    // A first training loads what the process needs only once: code and the packing of products.
    const auto first = std::make_unique<Training>(shape);
    for (int i = 0; i < 2; ++i) first->run();
    const std::size_t before = resident_bytes();
    Training step(shape);
    for (int i = 0; i < 2; ++i) step.run();
    const std::size_t grown = resident_bytes() - std::min(before, resident_bytes());
    Products floor(shape);
    std::optional<Peer> peer;
    if (options.torch) peer.emplace(shape);
    const int steps = times_in_window(step), floors = times_in_window(floor);
    AgainstFloor measured;
    std::vector<double> peer_us, peer_ratio;
    for (int round = 0; round < step_rounds; ++round) {
      const double taken = seconds_each(steps, step);
      measured.add(taken, seconds_each(floors, floor));
      if (peer && round % 4 == 0) {
        peer_us.push_back(1e6 * peer->seconds_each(step_window));
        peer_ratio.push_back(peer_us.back() / measured.floor_us.back());
      }
    }
    // Every planned byte is written and read at least once.
    const double intensity = floor.flops() / (2 * static_cast<double>(step.planned_bytes()));
    const std::string name = to_text(shape);
    Measurement m{"step/" + name,
                  fmt::format("{}; {:.1f} MB planned, {:.1f} MB used; {:.0f} operations a byte",
                              measured.text(), 1e-6 * static_cast<double>(step.planned_bytes()),
                              1e-6 * static_cast<double>(grown), intensity),
                  {{"shape", name}}};
    m.json.update(measured.json());
    m.json["planned_bytes"] = step.planned_bytes();
    m.json["resident_bytes"] = grown;
    m.json["floor_gflops"] = 1e-3 * floor.flops() / spread(measured.floor_us).median;
    m.json["flops_a_byte"] = intensity;
    if (peer) {
      const Spread p = spread(peer_us), q = spread(peer_ratio);
      m.text += fmt::format("; PyTorch {:.2f} of the floor ({:.2f} to {:.2f}), {}", q.median, q.low, q.high,
                            to_text(p, "us"));
      m.json["torch_us"] = p.median;
      m.json["torch_ratio"] = q.median;
      m.json["torch_ratio_spread"] = {q.low, q.high};
    }
    if (options.profile) print_profile(step, 1e-6 * spread(measured.step_us).median);
    out.push_back(std::move(m));
  }
  return out;
}

}  // namespace qklab
