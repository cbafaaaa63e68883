// markov: the next symbol of a random Markov chain. One chain a task; its rows are uniform on the simplex.
#include <algorithm>
#include <cmath>
#include <xtensor/xbuilder.hpp>

#include "core/base/array.hpp"
#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/entropies.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

Matrix random_chain(std::size_t n, Stream stream) {
  Matrix p = xt::zeros<double>({n, n});
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += p(i, j) = -elementary::log(stream.uniform());
    for (std::size_t j = 0; j < n; ++j) p(i, j) /= sum;
  }
  return p;
}

// pi P = pi with sum 1, of a chain in which each state follows each. State by state is left out of the chain,
// whose way through it is added to the direct ways; without a subtraction (Grassmann, Taksar and Heyman
// 1985).
Vector stationary(Matrix p) {
  const std::size_t n = p.shape(0);
  for (std::size_t k = n; k-- > 1;) {
    double leaves = 0;
    for (std::size_t j = 0; j < k; ++j) leaves += p(k, j);
    for (std::size_t i = 0; i < k; ++i) {
      p(i, k) /= leaves;
      for (std::size_t j = 0; j < k; ++j) p(i, j) += p(i, k) * p(k, j);
    }
  }
  Vector pi = xt::zeros<double>({n});
  double sum = pi(0) = 1;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t i = 0; i < k; ++i) pi(k) += pi(i) * p(i, k);
    sum += pi(k);
  }
  for (double& each : pi) each /= sum;
  return pi;
}

std::size_t draw(const double* probabilities, std::size_t n, Stream& random) {
  double left = random.uniform();
  for (std::size_t i = 0; i + 1 < n; ++i)
    if ((left -= probabilities[i]) < 0) return i;
  return n - 1;
}

class Markov : public Task {
 public:
  Markov(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .symbols = config.vocabulary, .outputs = config.vocabulary},
             stream),
        chain_(random_chain(config.vocabulary, stream.substream(0))),
        start_(stationary(chain_)) {}

  // The first symbol is drawn from the stationary distribution, so each position has the same entropy:
  // a finite sequence needs no correction.
  Floor floor() const override {
    double rate = 0;
    for (std::size_t i = 0; i < chain_.shape(0); ++i)
      for (std::size_t j = 0; j < chain_.shape(1); ++j)
        if (chain_(i, j) > 0) rate -= start_(i) * chain_(i, j) * elementary::log(chain_(i, j));
    return {rate, "entropy rate of the chain, from its stationary distribution"};
  }

  // The own symbol says all that can be known of the next one, so attention gains nothing.
  Baseline baseline(std::size_t) const override {
    double entropy = 0;
    for (const double each : start_) entropy += surprise(each);
    return {floor().value, "the floor: the own symbol alone decides how likely the next ones are", entropy};
  }

  // The most likely successor.
  bool solve(Batch& batch) const override {
    const std::size_t n = chain_.shape(1);
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
      const double* const row = &chain_(static_cast<std::size_t>(batch.ids[i]), 0);
      batch.labels[i] = static_cast<std::int32_t>(std::max_element(row, row + n) - row);
    }
    return true;
  }

 private:
  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t n = chain_.shape(1);
    std::size_t state = draw(start_.data(), n, random);
    for (std::size_t t = 0; t < shape().length; ++t) {
      ids(into, b)[t] = static_cast<std::int32_t>(state);
      state = draw(&chain_(state, 0), n, random);
      labels(into, b)[t] = static_cast<std::int32_t>(state);
    }
  }

  Matrix chain_;
  Vector start_;
};

std::string markov_problem(const TaskConfig& config) {
  return config.vocabulary < 2 ? "vocabulary: markov needs at least 2 symbols" : "";
}

void add_markov() {
  Registry<TaskKind>::all().add({.name = "markov",
                                 .doc = "the next symbol of one random Markov chain, from those so far",
                                 .place = 1,
                                 .accuracy = "positions where the likeliest symbol came",
                                 .vocabulary = 8,
                                 .next_token = true,
                                 .causal = true,
                                 .problem = markov_problem,
                                 .make = make<Markov>});
}

}  // namespace

QKLAB_REGISTER(add_markov)

}  // namespace qklab::tasks
