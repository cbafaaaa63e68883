// Tasks of symbols: what stands in a batch, checked by what the task says and not by its solver.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tests/tasks/support.hpp"

using namespace qklab;
using namespace qklab::tasks;

namespace {

using Ids = std::vector<std::int32_t>;

// Calls check(inputs, labels) for each sequence of some batches.
template <class F> void each_sequence(const Task& task, std::uint64_t batches, F check) {
  for (std::uint64_t k = 0; k < batches; ++k) {
    const Batch batch = batch_of(task, Part::train, k);
    const auto row = [&](const Ids& all, std::size_t width, std::size_t b) {
      return Ids(all.begin() + static_cast<long>(b * width),
                 all.begin() + static_cast<long>((b + 1) * width));
    };
    for (std::size_t b = 0; b < task.config().batch; ++b)
      check(row(batch.ids, task.shape().length, b), row(batch.labels, task.shape().answers(), b));
  }
}

}  // namespace

TEST_CASE("sort: targets ascend and hold the inputs' symbols, as often") {
  const auto task = make(config_of("sort"));
  each_sequence(*task, 10, [](const Ids& x, const Ids& y) {
    CHECK(std::is_sorted(y.begin(), y.end()));
    CHECK(std::is_permutation(x.begin(), x.end(), y.begin()));
  });
}

TEST_CASE("recall: distinct keys each with a value, then queries for these keys alone") {
  const auto task = make(config_of("recall"));
  each_sequence(*task, 10, [](const Ids& x, const Ids& y) {
    std::map<int, int> value;
    for (std::size_t i = 0; i < 8; i += 2) {
      CHECK(value.emplace(x[i], x[i + 1]).second);
      CHECK((x[i] < 4 && x[i + 1] >= 4));
      CHECK((y[i] == ignored && y[i + 1] == ignored));
    }
    for (std::size_t t = 8; t < x.size(); ++t) CHECK(value.at(x[t]) == y[t]);
  });
}

TEST_CASE("copy: each target is the next input, and the last n of them the first n inputs") {
  const auto task = make(config_of("copy"));
  each_sequence(*task, 10, [](const Ids& x, const Ids& y) {
    constexpr std::size_t n = 12;
    CHECK(x[n] == 8);
    CHECK(std::equal(x.begin(), x.begin() + n, y.begin() + n));
    CHECK(std::count(y.begin(), y.end(), ignored) == n);
    for (std::size_t t = n; t + 1 < 2 * n; ++t) CHECK(y[t] == x[t + 1]);
  });
}

TEST_CASE("induction: a target is the successor of the nearest earlier place of the symbol") {
  const auto task = make(config_of("induction"));
  each_sequence(*task, 10, [](const Ids& x, const Ids& y) {
    for (std::size_t t = 0; t < x.size(); ++t) {
      int expected = ignored;
      for (std::size_t s = 0; s < t; ++s)
        if (x[s] == x[t]) expected = x[s + 1];
      CHECK(y[t] == expected);
    }
  });
}

TEST_CASE("memorization: as many sequences as told, one label each, in both parts") {
  TaskConfig config = config_of("memorization");
  config.examples = 5;
  const auto task = make(config);
  std::map<Ids, Ids> label;
  each_sequence(*task, 20,
                [&](const Ids& x, const Ids& y) { CHECK(label.emplace(x, y).first->second == y); });
  CHECK(label.size() == 5);
  const Batch held_out = batch_of(*task, Part::held_out, 0);
  for (std::size_t b = 0; b < config.batch; ++b)
    CHECK(label.contains(Ids(held_out.ids.begin() + static_cast<long>(b * config.length),
                             held_out.ids.begin() + static_cast<long>((b + 1) * config.length))));
}

TEST_CASE("markov: transitions are as frequent as one matrix says, whose entropy rate is the floor") {
  TaskConfig config = config_of("markov");
  config.batch = 64;
  const auto task = make(config);
  double count[8][8] = {}, total[8] = {}, first[8] = {};
  const std::uint64_t batches = 400;
  each_sequence(*task, batches, [&](const Ids& x, const Ids& y) {
    ++first[x[0]];
    for (std::size_t t = 0; t < x.size(); ++t) {
      ++count[x[t]][y[t]];
      ++total[x[t]];
      if (t + 1 < x.size()) CHECK(y[t] == x[t + 1]);
    }
  });
  // Plug-in estimate of the entropy rate: its bias is about (8 * 7) / (2 n), its standard error below 0.002.
  double rate = 0, n = 0;
  for (int i = 0; i < 8; ++i) n += total[i];
  for (int i = 0; i < 8; ++i) {
    // The first symbol is as likely as any later one: stationary from the start.
    const double share = total[i] / n, sequences = 64.0 * static_cast<double>(batches);
    CHECK(std::abs(first[i] / sequences - share) <= 5 * std::sqrt(share / sequences));
    for (int j = 0; j < 8; ++j)
      if (count[i][j] > 0) rate -= count[i][j] / n * std::log(count[i][j] / total[i]);
  }
  CHECK(std::abs(rate - *task->floor().value) <= 0.006);
  CHECK(*task->floor().value < std::log(8.0));
}

TEST_CASE("markov: halves of the data agree on the transitions, and seeds do not share a chain") {
  const auto table = [](const Task& task, Part part) {
    std::vector<double> count(64), total(8);
    for (std::uint64_t k = 0; k < 300; ++k) {
      const Batch batch = batch_of(task, part, k);
      for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        ++count[static_cast<std::size_t>(8 * batch.ids[i] + batch.labels[i])];
        ++total[static_cast<std::size_t>(batch.ids[i])];
      }
    }
    for (std::size_t i = 0; i < 64; ++i) count[i] /= total[i / 8];
    return count;
  };
  const auto distance = [](const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
  };
  const auto task = make(config_of("markov")), other = make(config_of("markov"), 1);
  const auto train = table(*task, Part::train);
  CHECK(distance(train, table(*task, Part::held_out)) < 0.03);
  CHECK(distance(train, table(*other, Part::train)) > 0.1);
}
