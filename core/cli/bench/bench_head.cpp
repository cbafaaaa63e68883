// The head and its cross-entropy at many classes, compared with the time of its three dense products: logits, and the
// gradients of tokens and weight.
#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/head_loss.hpp"
#include "core/base/stream.hpp"
#include "core/cli/bench/bench_products.hpp"
#include "core/cli/bench/benchmark.hpp"

namespace qklab {
namespace {

constexpr int head_rounds = 9;

struct HeadStep {
  autodiff::Tape<float> tape;
  autodiff::Tensor<float> loss;

  explicit HeadStep(const StepShape& s) {
    const auto x = tape.parameter("x", {s.tokens(), s.dim}), w = tape.parameter("w", {s.vocabulary, s.dim});
    const auto targets = tape.indices({s.tokens()});
    loss = autodiff::head_loss(x, w, {}, targets).loss;
    tape.plan(loss);
    Stream stream(1, 0, "bench");
    std::ranges::generate(tape.parameters(), [&] { return static_cast<float>(0.1 * stream.normal()); });
    std::ranges::generate(targets.value(), [&] {
      return static_cast<std::int32_t>(stream.below(static_cast<std::uint64_t>(s.vocabulary)));
    });
  }
  void run() {
    tape.forward();
    tape.backward(loss);
  }
};

template <class Work> double seconds_of_one(Work& work) {
  const double start = cpu_seconds();
  work.run();
  return cpu_seconds() - start;
}

}  // namespace

std::vector<Measurement> bench_head(const std::vector<StepShape>& shapes) {
  std::vector<Measurement> out;
  for (StepShape shape : shapes) {
    shape.layers = 0;  // of the products, the head's are left
    HeadStep step(shape);
    Products floor(shape);
    step.run();
    floor.run();
    std::vector<double> step_us, floor_us, ratio;
    for (int round = 0; round < head_rounds; ++round) {
      step_us.push_back(1e6 * seconds_of_one(step));
      floor_us.push_back(1e6 * seconds_of_one(floor));
      ratio.push_back(step_us.back() / floor_us.back());
    }
    const Spread s = spread(step_us), f = spread(floor_us), r = spread(ratio);
    const double logits = 4.0 * shape.tokens() * shape.vocabulary;
    const double held = static_cast<double>(step.tape.arena_bytes());
    const std::string name = fmt::format("{},{},{}", shape.tokens(), shape.dim, shape.vocabulary);
    out.push_back(
        {"head/" + name,
         fmt::format("{:.2f} of the floor ({:.2f} to {:.2f}); {}; floor {}; {:.1f} MB beside parameters and "
                     "their gradients; the logits are {:.1f} MB",
                     r.median, r.low, r.high, to_text(s, "us"), to_text(f, "us"), 1e-6 * held, 1e-6 * logits),
         {{"shape", name},
          {"step_us", s.median},
          {"step_us_spread", {s.low, s.high}},
          {"gemm_floor_us", f.median},
          {"ratio", r.median},
          {"ratio_spread", {r.low, r.high}},
          {"bytes", held},
          {"logits_bytes", logits}}});
  }
  return out;
}

}  // namespace qklab
