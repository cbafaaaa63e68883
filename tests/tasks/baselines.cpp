// What needs no attention: baselines against enumerations, against frequencies, and against values known from
// elsewhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "core/tasks/entropies.hpp"
#include "core/tasks/ngrams.hpp"
#include "tests/tasks/support.hpp"

using namespace qklab;
using namespace qklab::tasks;

namespace {

using Ids = std::vector<std::int32_t>;

// Counts of targets by what is known of them; the conditional entropy of these frequencies.
class ByKnowledge {
 public:
  void add(const Ids& known, std::int32_t target) { ++counts_[known][target]; }

  double entropy() const {
    double sum = 0, all = 0;
    for (const auto& [known, targets] : counts_) {
      double here = 0;
      for (const auto& [target, n] : targets) here += n;
      for (const auto& [target, n] : targets) sum -= n * std::log(n / here);
      all += here;
    }
    return sum / all;
  }

 private:
  std::map<Ids, std::map<std::int32_t, double>> counts_;
};

struct Counted {
  ByKnowledge position, own;

  void add(const Ids& inputs, const Ids& targets) {
    const std::size_t first = inputs.size() - targets.size();  // the last one alone, or all
    for (std::size_t t = 0; t < targets.size(); ++t) {
      if (targets[t] == ignored) continue;
      const auto place = static_cast<std::int32_t>(t);
      position.add({place}, targets[t]);
      own.add({place, inputs[first + t]}, targets[t]);
    }
  }
};

// Of all sequences, each as likely as any other.
template <class F> Counted enumerated(std::size_t length, std::int32_t vocabulary, F targets) {
  Counted counted;
  Ids x(length, 0);
  for (bool more = true; more;) {
    counted.add(x, targets(x));
    std::size_t i = 0;
    while (i < length && ++x[i] == vocabulary) x[i++] = 0;
    more = i < length;
  }
  return counted;
}

Baseline baseline_of(const std::string& name, std::size_t length, std::size_t vocabulary) {
  TaskConfig config = config_of(name);
  config.length = length;
  config.vocabulary = vocabulary;
  return make(config)->baseline(4);
}

Ids sorted(Ids x) {
  std::ranges::sort(x);
  return x;
}

Ids followers(const Ids& x) {
  Ids y(x.size(), ignored);
  for (std::size_t t = 0; t < x.size(); ++t)
    for (std::size_t s = 0; s < t; ++s)
      if (x[s] == x[t]) y[t] = x[s + 1];
  return y;
}

}  // namespace

TEST_CASE("sort and induction: the baseline is that of all sequences of a small length") {
  for (const auto& size : {std::pair{1, 3}, {2, 2}, {4, 3}, {5, 4}, {8, 2}, {3, 7}}) {
    const int length = size.first, vocabulary = size.second;
    CAPTURE(length);
    CAPTURE(vocabulary);
    const auto n = static_cast<std::size_t>(length), v = static_cast<std::size_t>(vocabulary);
    const Counted all = enumerated(n, vocabulary, sorted);
    const Baseline stated = baseline_of("sort", n, v);
    CHECK(*stated.position == doctest::Approx(all.position.entropy()).epsilon(1e-11));
    CHECK(*stated.value == doctest::Approx(all.own.entropy()).epsilon(1e-11));
  }
  for (const auto& size : {std::pair{3, 2}, {4, 3}, {7, 3}, {6, 4}}) {
    const int length = size.first, vocabulary = size.second;
    CAPTURE(length);
    const Counted all = enumerated(static_cast<std::size_t>(length), vocabulary, followers);
    const Baseline stated =
        baseline_of("induction", static_cast<std::size_t>(length), static_cast<std::size_t>(vocabulary));
    CHECK(*stated.position == doctest::Approx(all.position.entropy()).epsilon(1e-11));
    CHECK(*stated.value == doctest::Approx(all.own.entropy()).epsilon(1e-11));
  }
}

TEST_CASE("sort: the values at the lengths that shipped runs use") {
  const Baseline long_one = baseline_of("sort", 32, 16), square = baseline_of("sort", 12, 12);
  CHECK(*long_one.position == doctest::Approx(1.475).epsilon(0.0004));
  CHECK(*long_one.value == doctest::Approx(1.456).epsilon(0.0004));
  CHECK(*square.position == doctest::Approx(1.622).epsilon(0.0004));
  CHECK(*square.value == doctest::Approx(1.557).epsilon(0.0004));
}

TEST_CASE("tasks of symbols: the baseline is the conditional entropy of what batches hold") {
  for (const char* name : {"sort", "copy", "recall", "induction", "memorization", "markov"}) {
    CAPTURE(name);
    TaskConfig config = config_of(name);
    config.length = 12;
    config.vocabulary = 6;
    config.batch = 64;
    const auto task = make(config);
    Counted counted;
    for (std::uint64_t k = 0; k < 500; ++k) {
      const Batch batch = batch_of(*task, Part::held_out, k);
      const std::size_t answers = task->shape().answers();
      for (std::size_t b = 0; b < config.batch; ++b) {
        const auto x = batch.ids.begin() + static_cast<long>(b * config.length);
        const auto y = batch.labels.begin() + static_cast<long>(b * answers);
        counted.add({x, x + static_cast<long>(config.length)}, {y, y + static_cast<long>(answers)});
      }
    }
    const Baseline stated = task->baseline(4);
    CHECK(*stated.position == doctest::Approx(counted.position.entropy()).epsilon(0.01));
    CHECK(*stated.value == doctest::Approx(counted.own.entropy()).epsilon(0.01));
  }
}

TEST_CASE("a baseline is at least the floor, and knowing more never makes it worse") {
  for (const std::string& name : task_names()) {
    CAPTURE(name);
    const auto task = make(config_of(name));
    const Baseline baseline = task->baseline(4);
    CHECK(baseline.reason.size() > 10);
    REQUIRE(baseline.value);
    REQUIRE(baseline.position);
    CHECK(*baseline.value <= *baseline.position + 1e-12);
    if (const auto floor = task->floor().value) CHECK(*baseline.value >= *floor);
    CHECK(baseline.pair.has_value() == (name == "text"));
  }
  const auto chain = make(config_of("markov"));
  CHECK(*chain->baseline(4).value == *chain->floor().value);
}

TEST_CASE("regression: the baseline is the variance of what is asked for") {
  const auto task = make(config_of("regression"));
  double squares = 0, count = 0;
  for (std::uint64_t k = 0; k < 4000; ++k) {
    for (const float y : batch_of(*task, Part::held_out, k).values) {
      squares += double{y} * y;
      ++count;
    }
  }
  CHECK(*task->baseline(4).value == doctest::Approx(squares / count).epsilon(0.03));
}

TEST_CASE("selection: the token of the answer is the same always, and the signs are even") {
  const auto task = make(config_of("selection"));
  CHECK(*task->baseline(4).value == doctest::Approx(std::log(2.0)));
  const std::size_t d = task->shape().channels, length = task->shape().length;
  const Batch first = batch_of(*task, Part::held_out, 0);
  double positive = 0, count = 0;
  for (std::uint64_t k = 0; k < 500; ++k) {
    const Batch batch = batch_of(*task, Part::held_out, k);
    for (std::size_t b = 0; b < batch.labels.size(); ++b) {
      for (std::size_t i = 0; i < d; ++i)
        CHECK(batch.vectors[(b * length + length - 1) * d + i] == first.vectors[(length - 1) * d + i]);
      positive += batch.labels[b];
      ++count;
    }
  }
  CHECK(positive / count == doctest::Approx(0.5).epsilon(0.04));
}

TEST_CASE("hull: four uniform points of a square are in convex position with probability 25/36") {
  // So a point is a corner with probability 25/36 + 11/36 * 3/4. Source: Sylvester's problem, Blaschke 1917.
  const double corner = 133.0 / 144.0;
  CHECK(corner_entropy(4).alone == doctest::Approx(surprise(corner) + surprise(1 - corner)).epsilon(1e-6));
  CHECK(corner_entropy(3).alone == doctest::Approx(0).epsilon(1e-9));
  CHECK(corner_entropy(3).own_point == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("hull: how likely a point is a corner, against sets that are drawn around it") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (const std::size_t others : {3, 7, 30}) {
    for (const auto& place : {std::pair{0.5, 0.5}, {0.3, 0.2}, {0.93, 0.5}, {0.06, 0.97}, {0.02, 0.4}}) {
      const double x = place.first, y = place.second;
      double corners = 0;
      constexpr int draws = 20000;
      for (int k = 0; k < draws; ++k) {
        // A corner sees all other points within half a turn: some gap between their directions is half a
        // turn.
        std::vector<double> angles;
        for (std::size_t i = 0; i < others; ++i)
          angles.push_back(std::atan2(uniform(random) - y, uniform(random) - x));
        std::ranges::sort(angles);
        double gap = angles.front() + 2 * M_PI - angles.back();
        for (std::size_t i = 1; i < others; ++i) gap = std::max(gap, angles[i] - angles[i - 1]);
        corners += gap > M_PI;
      }
      CAPTURE(others);
      CAPTURE(x);
      CAPTURE(y);
      CHECK(std::abs(corner_probability(x, y, others) - corners / draws) < 0.015);
    }
  }
}

TEST_CASE("hull: the quadrature over points agrees with a mean over points that are drawn") {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (const std::size_t points : {8, 32, 200}) {
    double own = 0, corner = 0;
    constexpr int draws = 20000;
    for (int k = 0; k < draws; ++k) {
      const double p = corner_probability(uniform(random), uniform(random), points - 1);
      corner += p / draws;
      own += (surprise(p) + surprise(1 - p)) / draws;
    }
    CAPTURE(points);
    CHECK(corner_entropy(points).own_point == doctest::Approx(own).epsilon(0.03));
    CHECK(corner_entropy(points).alone ==
          doctest::Approx(surprise(corner) + surprise(1 - corner)).epsilon(0.03));
  }
}

TEST_CASE("n-grams: a distribution after whatever came before") {
  const auto task = make(config_of("text"));
  const Batch batch = batch_of(*task, Part::train, 0);
  const NGrams ngrams(batch.ids, task->shape().symbols);
  const auto symbols = static_cast<std::int32_t>(task->shape().symbols);
  for (const Ids& before : {Ids{}, Ids{0}, Ids{5}, Ids{39}, Ids{3, 4}, Ids{39, 38}, Ids{1, 2}}) {
    double sum = 0;
    for (std::int32_t symbol = 0; symbol < symbols; ++symbol) {
      const double p = ngrams.probability(before, symbol);
      CHECK(p > 0);
      sum += p;
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("n-grams: by hand") {
  // Of 3 symbols, 0 1 0 1 1 2. Unigrams 0: 2, 1: 3, 2: 1, so D = 1 / (1 + 2 * 1). Bigrams 01: 2, 10: 1, 11:
  // 1, 12: 1, so D = 3 / (3 + 2 * 1). Before 0 stands 1; before 1 stand 0 and 1; before 2 stands 1: n1 = 2,
  // n2 = 1, D = 1/2.
  const Ids text = {0, 1, 0, 1, 1, 2};
  const NGrams ngrams(text, 3);
  const double d1 = 1.0 / 3, d2 = 3.0 / 5, d = 0.5;
  CHECK(ngrams.probability({}, 0) == doctest::Approx((2 - d1) / 6 + d1 * 3 / 6 / 3));
  CHECK(ngrams.probability({}, 1) == doctest::Approx((3 - d1) / 6 + d1 * 3 / 6 / 3));
  const double one = (2 - d) / 4 + d * 3 / 4 / 3, other = (1 - d) / 4 + d * 3 / 4 / 3;  // by what they follow
  const Ids after_0 = {0}, after_1 = {1}, after_2 = {2};
  CHECK(ngrams.probability(after_0, 1) == doctest::Approx((2 - d2) / 2 + d2 * 1 / 2 * one));
  CHECK(ngrams.probability(after_1, 2) == doctest::Approx((1 - d2) / 3 + d2 * 3 / 3 * other));
  CHECK(ngrams.probability(after_0, 2) == doctest::Approx(d2 * 1 / 2 * other));
  CHECK(ngrams.probability(after_2, 1) == doctest::Approx(one));  // nothing follows 2
  // Where no n-gram is there once, the discount is 1/2: here each unigram is there twice.
  const Ids twice = {0, 1, 1, 0};
  CHECK(NGrams(twice, 3).probability({}, 2) == doctest::Approx(0.5 * 2 / 4 / 3));
}
