// induction: what followed the last time that this symbol was there. Random symbols; a position whose symbol
// has not been there yet has no target. Source: the 1-hop task of Sanford, Hsu, Telgarsky, "Transformers,
// parallel computation, and logarithmic depth" (ICML 2024).
#include <algorithm>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/entropies.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

class Induction : public Task {
 public:
  Induction(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .symbols = config.vocabulary, .outputs = config.vocabulary},
             stream) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // The position alone tells nothing: all symbols are alike. The own symbol c tells a little. The target is c
  // itself if the symbol before was c too, and otherwise one of the n-1 others, each equally likely. Of t
  // symbols before, the last one is c with probability 1/n, and one of them is c with probability 1 - (1 -
  // 1/n)^t.
  Baseline baseline(std::size_t) const override {
    const auto n = static_cast<double>(config().vocabulary);
    double none = 1, loss = 0, targets = 0;  // no symbol before was c; sums over positions
    for (std::size_t t = 1; t < shape().length; ++t) {
      none *= 1 - 1 / n;
      const double answered = 1 - none, same = 1 / n / answered;
      loss += answered * (surprise(same) + surprise(1 - same) + (1 - same) * elementary::log(n - 1));
      targets += answered;
    }
    return {loss / targets, "entropy of the target, given the own symbol and how many symbols came before it",
            elementary::log(n)};
  }

  bool solve(Batch& batch) const override {
    for (std::size_t b = 0; b < config().batch; ++b) {
      const std::int32_t* const x = ids(batch, b);
      for (std::size_t t = 0; t < shape().length; ++t) {
        std::size_t s = t;
        while (s > 0 && x[s - 1] != x[t]) --s;  // s-1 is the last place of the symbol, if s > 0
        labels(batch, b)[t] = s > 0 ? x[s] : ignored;
      }
    }
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    std::vector<std::int32_t> follower(config().vocabulary, ignored);
    std::int32_t* const x = ids(into, b);
    for (std::size_t t = 0; t < shape().length; ++t) {
      x[t] = static_cast<std::int32_t>(random.below(config().vocabulary));
      if (t > 0) follower[static_cast<std::size_t>(x[t - 1])] = x[t];
      labels(into, b)[t] = follower[static_cast<std::size_t>(x[t])];
    }
  }
};

std::string induction_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: induction needs at least 2 symbols";
  return config.length <= config.vocabulary
             ? "length: induction needs more positions than symbols (vocabulary), so that one comes twice"
             : "";
}

void add_induction() {
  Registry<TaskKind>::all().add(
      {.name = "induction",
       .doc = "what followed the last time that the present symbol was there",
       .place = 4,
       .accuracy = "positions with the right symbol, of those whose symbol was there before",
       .vocabulary = 8,
       .causal = true,
       .problem = induction_problem,
       .make = make<Induction>});
}

}  // namespace

QKLAB_REGISTER(add_induction)

}  // namespace qklab::tasks
