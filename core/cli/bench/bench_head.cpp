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
    AgainstFloor measured;
    for (int round = 0; round < head_rounds; ++round) {
      const double taken = seconds_of_one(step);
      measured.add(taken, seconds_of_one(floor));
    }
    const double logits = 4.0 * shape.tokens() * shape.vocabulary;
    const double held = static_cast<double>(step.tape.arena_bytes());
    const std::string name = fmt::format("{},{},{}", shape.tokens(), shape.dim, shape.vocabulary);
    Measurement m{"head/" + name,
                  fmt::format("{}; {:.1f} MB beside parameters and their gradients; the logits are {:.1f} MB",
                              measured.text(), 1e-6 * held, 1e-6 * logits),
                  {{"shape", name}}};
    m.json.update(measured.json());
    m.json["bytes"] = held;
    m.json["logits_bytes"] = logits;
    out.push_back(std::move(m));
    out.push_back(over_threads("head/threads/" + name, [&] { step.run(); }));
  }
  return out;
}

}  // namespace qklab
