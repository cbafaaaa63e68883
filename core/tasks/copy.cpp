// copy: random symbols s1 ... sn, a separator, and then the same symbols, to be predicted one after another.
// Inputs are s1 ... sn | s1 ... s(n-1), T = 2n; targets are s1 ... sn from the separator on.
#include <algorithm>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

class Copy : public Task {
 public:
  Copy(const TaskConfig& config, Stream stream)
      : Task(config,
             {.length = config.length, .symbols = config.vocabulary + 1, .outputs = config.vocabulary},
             stream) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // The token at a target's position is the symbol before it, and symbols are independent.
  Baseline baseline(std::size_t) const override {
    const double log_symbols = elementary::log(static_cast<double>(config().vocabulary));
    return {log_symbols, "symbols are uniform and independent: log of their number", log_symbols};
  }

  bool solve(Batch& batch) const override {
    const std::size_t n = shape().length / 2;
    for (std::size_t b = 0; b < config().batch; ++b) {
      std::fill_n(labels(batch, b), n, ignored);
      std::copy_n(ids(batch, b), n, labels(batch, b) + n);
    }
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t n = shape().length / 2;
    std::int32_t* const x = ids(into, b);
    std::int32_t* const y = labels(into, b);
    for (std::size_t i = 0; i < n; ++i) {
      const auto symbol = static_cast<std::int32_t>(random.below(config().vocabulary));
      x[i] = y[n + i] = symbol;
      if (i + 1 < n) x[n + 1 + i] = symbol;
      y[i] = ignored;
    }
    x[n] = static_cast<std::int32_t>(config().vocabulary);
  }
};

std::string copy_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: copy needs at least 2 symbols";
  return config.length % 2 != 0
             ? "length: copy needs an even number of positions, for a sequence and its copy"
             : "";
}

void add_copy() {
  Registry<TaskKind>::all().add({.name = "copy",
                                 .doc = "the sequence once more, symbol by symbol after a separator",
                                 .place = 3,
                                 .accuracy = "copied symbols that are right",
                                 .vocabulary = 16,
                                 .next_token = true,
                                 .causal = true,
                                 .problem = copy_problem,
                                 .make = make<Copy>});
}

}  // namespace

QKLAB_REGISTER(add_copy)

}  // namespace qklab::tasks
