// recall: associative recall. Pairs of a key and a value, k1 v1 k2 v2 ..., then keys again: the value of
// each.
//
// The lower half of the symbols are keys, the rest values. The keys of a sequence are distinct. Several
// queries a sequence follow Arora et al., "Zoology" (ICLR 2024).
#include <algorithm>
#include <numeric>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

std::size_t keys(const TaskConfig& config) { return config.vocabulary / 2; }
std::size_t pairs(const TaskConfig& config) { return std::min(keys(config), config.length / 3); }

class Recall : public Task {
 public:
  Recall(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .symbols = config.vocabulary, .outputs = config.vocabulary},
             stream) {}

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // A query's value was drawn independently of its key and of the place of the query.
  Baseline baseline(std::size_t) const override {
    const double log_values = elementary::log(static_cast<double>(config().vocabulary - keys(config())));
    return {log_values, "values are uniform and independent of their keys: log of their number", log_values};
  }

  bool solve(Batch& batch) const override {
    const std::size_t known = 2 * pairs(config());
    for (std::size_t b = 0; b < config().batch; ++b) {
      const std::int32_t* const x = ids(batch, b);
      std::fill_n(labels(batch, b), shape().length, ignored);
      for (std::size_t t = known; t < shape().length; ++t)
        for (std::size_t i = 0; i < known; i += 2)
          if (x[i] == x[t]) labels(batch, b)[t] = x[i + 1];
    }
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t n = pairs(config()), values = config().vocabulary - keys(config());
    std::vector<std::int32_t> key(keys(config()));
    std::iota(key.begin(), key.end(), 0);
    std::int32_t* const x = ids(into, b);
    std::int32_t* const y = labels(into, b);
    std::fill_n(y, shape().length, ignored);
    for (std::size_t i = 0; i < n; ++i) {
      std::swap(key[i], key[i + random.below(key.size() - i)]);
      x[2 * i] = key[i];
      x[2 * i + 1] = static_cast<std::int32_t>(keys(config()) + random.below(values));
    }
    for (std::size_t t = 2 * n; t < shape().length; ++t) {
      const std::size_t i = random.below(n);
      x[t] = x[2 * i];
      y[t] = x[2 * i + 1];
    }
  }
};

std::string recall_problem(const TaskConfig& config) {
  if (config.vocabulary < 4) return "vocabulary: recall needs at least 4 symbols, 2 keys and 2 values";
  return config.length < 3 ? "length: recall needs at least 3 positions, a key, its value and the key" : "";
}

void add_recall() {
  Registry<TaskKind>::all().add(
      {.name = "recall",
       .doc = "the value that followed a key, from pairs of key and value and then keys",
       .place = 2,
       .accuracy = "queries answered with the right value",
       .vocabulary = 16,
       .causal = true,
       .problem = recall_problem,
       .make = make<Recall>});
}

}  // namespace

QKLAB_REGISTER(add_recall)

}  // namespace qklab::tasks
