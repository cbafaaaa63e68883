// selection: the one token that counts. Tokens are e + y w with a sign y each and noise e; one of them, at a
// random place, is marked: + q. The last token is a query, the same always. The answer is the marked y, so
// averaging over tokens fails and attending to q succeeds. q, w and the query are orthonormal, drawn once;
// noise is orthogonal to all three. After Oymak, Rawat, Soltanolkotabi, Thrampoulidis, "On the role of
// attention in prompt-tuning" (ICML 2023).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/tasks/task.hpp"

namespace qklab::tasks {

namespace {

using Direction = std::vector<double>;

double dot(const Direction& a, const Direction& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void remove(const Direction& unit, Direction& from) {
  const double part = dot(unit, from);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= part * unit[i];
}

class Selection : public Task {
 public:
  Selection(const TaskConfig& config, Stream stream)
      : Task(config, {.length = config.length, .channels = config.features, .outputs = 2, .last_only = true},
             stream) {
    Stream random = stream.substream(0);
    while (basis_.size() < 3) {
      Direction next(config.features);
      for (double& each : next) each = random.normal();
      for (const Direction& other : basis_) remove(other, next);
      const double norm = std::sqrt(dot(next, next));
      for (double& each : next) each /= norm;
      basis_.push_back(next);
    }
  }

  Floor floor() const override { return {0.0, "the inputs determine the targets"}; }

  // The last token, at which the answer is given, is the same query in every sequence.
  Baseline baseline(std::size_t) const override {
    const double coin = elementary::log(2.0);
    return {coin, "the query is always the same, and both signs are equally likely: log 2", coin};
  }

  bool solve(Batch& batch) const override {
    const std::size_t d = shape().channels;
    for (std::size_t b = 0; b < config().batch; ++b) {
      double best = -1e300, y = 0;
      for (std::size_t t = 0; t + 1 < shape().length; ++t) {
        const float* const x = vectors(batch, b) + t * d;
        const Direction token(x, x + d);
        if (dot(token, basis_[mark]) > best) {
          best = dot(token, basis_[mark]);
          y = dot(token, basis_[sign]);
        }
      }
      *labels(batch, b) = y > 0 ? 1 : 0;
    }
    return true;
  }

 private:
  enum { mark, sign, query };

  void sequence(Part, Stream& random, std::size_t b, Batch& into) const override {
    const std::size_t d = shape().channels, n = shape().length - 1;
    const std::size_t marked = random.below(n);
    float* x = vectors(into, b);
    for (std::size_t t = 0; t < n; ++t, x += d) {
      Direction token(d);
      for (double& each : token) each = config().noise * random.normal();
      for (const Direction& unit : basis_) remove(unit, token);
      const bool positive = random.below(2) == 1;
      for (std::size_t i = 0; i < d; ++i) {
        token[i] += (positive ? 1 : -1) * basis_[sign][i] + (t == marked ? basis_[mark][i] : 0.0);
        x[i] = static_cast<float>(token[i]);
      }
      if (t == marked) *labels(into, b) = positive ? 1 : 0;
    }
    for (std::size_t i = 0; i < d; ++i) x[i] = static_cast<float>(basis_[query][i]);
  }

  std::vector<Direction> basis_;
};

std::string selection_problem(const TaskConfig& config) {
  if (config.features < 4) return "features: selection needs at least 4, for 3 directions and noise";
  if (!(config.noise >= 0)) return "noise: a standard deviation is not negative";
  return config.length < 2 ? "length: selection needs at least 2 tokens, a candidate and the query" : "";
}

void add_selection() {
  Registry<TaskKind>::all().add({.name = "selection",
                                 .doc = "the sign of the one marked token among many",
                                 .place = 8,
                                 .accuracy = "sequences with the right sign",
                                 .features = 8,
                                 .problem = selection_problem,
                                 .make = make<Selection>});
}

}  // namespace

QKLAB_REGISTER(add_selection)

}  // namespace qklab::tasks
