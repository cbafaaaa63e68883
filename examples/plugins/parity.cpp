// A task: for random bits, whether the number of ones so far is odd.
#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {
namespace {

class Parity : public Task {
 public:
  Parity(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .symbols = 2, .outputs = 2}, stream),
        last_(static_cast<std::size_t>(config.kind.integer("parity.last"))) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // The own bit alone decides at the first position, or everywhere if it is the only one that counts.
  // Elsewhere, the bits before make both parities equally likely.
  Baseline baseline(std::size_t) const override {
    const double coin = elementary::log(2.0), length = static_cast<double>(shape().length);
    const double open = last_ == 1 ? 0 : length - 1;
    return {coin * open / length, "log 2 at each position where earlier bits count", coin};
  }

  bool solve(Batch& batch) const override {
    for (std::size_t b = 0; b < config().batch; ++b) label(b, batch);
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    for (std::size_t t = 0; t < shape().length; ++t)
      ids(into, b)[t] = static_cast<std::int32_t>(random.below(2));
    label(b, into);
  }

  void label(std::size_t b, Batch& batch) const {
    for (std::size_t t = 0; t < shape().length; ++t) {
      std::int32_t odd = 0;
      for (std::size_t s = last_ > 0 && t >= last_ ? t + 1 - last_ : 0; s <= t; ++s) odd ^= ids(batch, b)[s];
      labels(batch, b)[t] = odd;
    }
  }

  std::size_t last_;
};

void add_parity() {
  Registry<TaskKind>::all().add(
      {.name = "parity",
       .doc = "whether the number of ones so far is odd",
       .parameters = {integer("parity.last", 0, "bits that count, the present one included; 0: all so far")
                          .range(0, 1 << 20)},
       .accuracy = "positions with the right parity",
       .vocabulary = 2,
       .causal = true,
       .make = make<Parity>});
}

}  // namespace

QKLAB_REGISTER(add_parity)

}  // namespace qklab::tasks
