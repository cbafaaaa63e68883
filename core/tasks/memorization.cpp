// memorization: random labels of a fixed set of random, distinct sequences. Held-out batches hold the same
// sequences: there is nothing to generalize.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/schema/plugin.hpp"
#include "core/tasks/entropies.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

using Counts = std::map<std::int32_t, std::size_t>;  // how often each label is there

double total(const Counts& counts) {
  double sum = 0;
  for (const auto& [label, count] : counts) sum += static_cast<double>(count);
  return sum;
}

double entropy_of_counts(const Counts& counts) {
  double sum = 0;
  for (const auto& [label, count] : counts) sum += surprise(static_cast<double>(count) / total(counts));
  return sum;
}

class Memorization : public Task {
 public:
  Memorization(const TaskConfig& config, Stream stream)
      : Task(config,
             {.length = config.length,
              .symbols = config.vocabulary,
              .outputs = config.vocabulary,
              .last_only = true},
             stream) {
    Stream random = stream.substream(0);
    std::set<std::vector<std::int32_t>> seen;
    while (examples_.size() < config.examples) {
      std::vector<std::int32_t> symbols(config.length);
      for (auto& symbol : symbols) symbol = static_cast<std::int32_t>(random.below(config.vocabulary));
      if (!seen.insert(symbols).second) continue;
      examples_.push_back({symbols, static_cast<std::int32_t>(random.below(config.vocabulary))});
    }
  }

  Floor floor() const override { return {0.0, "the sequences are distinct, so all labels can be known"}; }

  // The answer is given at the last position. Its token tells apart some of the sequences.
  Baseline baseline(std::size_t) const override {
    Counts labels;
    std::map<std::int32_t, Counts> labels_after;
    for (const Example& example : examples_) {
      ++labels[example.label];
      ++labels_after[example.symbols.back()][example.label];
    }
    double loss = 0;
    for (const auto& [last, counts] : labels_after) loss += entropy_of_counts(counts) * total(counts);
    return {loss / static_cast<double>(examples_.size()),
            "entropy of the label, given the last symbol, over the sequences that were drawn",
            entropy_of_counts(labels)};
  }

  bool solve(Batch& batch) const override {
    for (std::size_t b = 0; b < config().batch; ++b) {
      const std::int32_t* const x = ids(batch, b);
      for (const Example& example : examples_)
        if (std::equal(example.symbols.begin(), example.symbols.end(), x)) *labels(batch, b) = example.label;
    }
    return true;
  }

 private:
  struct Example {
    std::vector<std::int32_t> symbols;
    std::int32_t label;
  };

  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const Example& example = examples_[random.below(examples_.size())];
    std::copy(example.symbols.begin(), example.symbols.end(), ids(into, b));
    *labels(into, b) = example.label;
  }

  std::vector<Example> examples_;
};

std::string memorization_problem(const TaskConfig& config) {
  if (config.vocabulary < 2) return "vocabulary: memorization needs at least 2 symbols";
  if (config.examples < 1) return "examples: memorization needs at least 1";
  // Half of all sequences at most, so that drawing distinct ones ends soon.
  const double all = std::pow(static_cast<double>(config.vocabulary), static_cast<double>(config.length));
  return 2 * static_cast<double>(config.examples) > all
             ? "examples: more than half of all sequences; raise length or vocabulary"
             : "";
}

void add_memorization() {
  Registry<TaskKind>::all().add({.name = "memorization",
                                 .doc = "the random label of each of a fixed set of random sequences",
                                 .place = 6,
                                 .accuracy = "sequences with the right label",
                                 .vocabulary = 16,
                                 .problem = memorization_problem,
                                 .make = make<Memorization>});
}

}  // namespace

QKLAB_REGISTER(add_memorization)

}  // namespace qklab::tasks
