// sort: the symbols of a sequence in ascending order, one at each position.
#include <algorithm>

#include "core/schema/plugin.hpp"
#include "core/tasks/entropies.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

class Sort : public Task {
 public:
  Sort(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .symbols = config.vocabulary, .outputs = config.vocabulary},
             stream) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // Targets are order statistics of uniform symbols.
  Baseline baseline(std::size_t) const override {
    const SortedEntropy entropy = sorted_entropy(shape().length, config().vocabulary);
    return {entropy.own_symbol,
            "entropy of the order statistic, given its position and own symbol, mean over positions",
            entropy.position};
  }

  bool solve(Batch& batch) const override {
    const std::size_t length = shape().length;
    for (std::size_t b = 0; b < config().batch; ++b) {
      std::int32_t* const sorted = labels(batch, b);
      std::copy_n(ids(batch, b), length, sorted);
      std::sort(sorted, sorted + length);
    }
    return true;
  }

 private:
  // By counting, so that solve() is an independent check.
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    std::vector<std::size_t> count(config().vocabulary);
    for (std::size_t t = 0; t < shape().length; ++t) {
      const std::uint64_t symbol = random.below(config().vocabulary);
      ids(into, b)[t] = static_cast<std::int32_t>(symbol);
      ++count[symbol];
    }
    std::int32_t* target = labels(into, b);
    for (std::size_t symbol = 0; symbol < count.size(); ++symbol)
      target = std::fill_n(target, count[symbol], static_cast<std::int32_t>(symbol));
  }
};

std::string sort_problem(const TaskConfig& config) {
  return config.vocabulary < 2 ? "vocabulary: sort needs at least 2 symbols" : "";
}

void add_sort() {
  Registry<TaskKind>::all().add({.name = "sort",
                                 .doc = "the sorted sequence, from the sequence of symbols",
                                 .place = 0,
                                 .accuracy = "positions with the right symbol",
                                 .vocabulary = 16,
                                 .problem = sort_problem,
                                 .make = make<Sort>});
}

}  // namespace

QKLAB_REGISTER(add_sort)

}  // namespace qklab::tasks
