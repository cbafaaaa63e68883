// Tasks of real vectors.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/tasks/support.hpp"

using namespace qklab;
using namespace qklab::tasks;

namespace {

// Whether p lies strictly within the triangle, or on its border: then it is no corner of a hull.
bool within(const float* p, const float* a, const float* b, const float* c) {
  const auto side = [p](const float* u, const float* v) {
    return (double{v[0]} - u[0]) * (double{p[1]} - u[1]) - (double{v[1]} - u[1]) * (double{p[0]} - u[0]);
  };
  const double ab = side(a, b), bc = side(b, c), ca = side(c, a);
  return (ab >= 0 && bc >= 0 && ca >= 0) || (ab <= 0 && bc <= 0 && ca <= 0);
}

double mean_square(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("hull: a point is a corner unless a triangle of three others holds it") {
  for (const std::size_t n : {3u, 4u, 5u, 24u}) {
    TaskConfig config = config_of("hull");
    config.length = n;
    config.batch = n == 24 ? 4 : 50;
    const Batch batch = batch_of(*make(config), Part::train, 0);
    std::size_t inside = 0;
    for (std::size_t b = 0; b < config.batch; ++b) {
      const float* const points = &batch.vectors[b * n * 2];
      const auto at = [points](std::size_t i) { return points + 2 * i; };
      for (std::size_t p = 0; p < n; ++p) {
        bool corner = true;
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < i; ++j)
            for (std::size_t k = 0; k < j; ++k)
              if (i != p && j != p && k != p && within(at(p), at(i), at(j), at(k))) corner = false;
        CHECK(batch.labels[b * n + p] == (corner ? 1 : 0));
        inside += !corner;
      }
    }
    CHECK((inside > 0) == (n > 3));
  }
}

TEST_CASE("regression: the posterior mean reaches the floor, a guess of 0 does not") {
  for (const double noise : {0.0, 0.5, 1.0}) {
    CAPTURE(noise);
    TaskConfig config = config_of("regression");
    config.noise = noise;
    config.features = 3;
    config.length = 9;
    config.batch = 500;
    const auto task = make(config);
    const double floor = *task->floor().value;
    double risk = 0, none = 0;
    const std::uint64_t batches = 20;
    for (std::uint64_t k = 0; k < batches; ++k) {
      const Batch batch = batch_of(*task, Part::held_out, k);
      Batch solved = batch;
      REQUIRE(task->solve(solved));
      risk += mean_square(solved.values, batch.values) / static_cast<double>(batches);
      none += mean_square(std::vector<float>(config.batch), batch.values) / static_cast<double>(batches);
    }
    // 10^4 queries: a standard error of about 1.5 %.
    CHECK(std::abs(risk - floor) <= 0.06 * floor + 1e-6);
    CHECK(std::abs(none - (3 + noise * noise)) <= 0.06 * none);
    CHECK(floor >= noise * noise);
  }
}

TEST_CASE("regression: without examples to learn from, the floor is the prior's variance") {
  TaskConfig config = config_of("regression");
  config.length = 2;
  config.features = 4;
  config.noise = 0;
  // One noiseless example tells one of four dimensions.
  CHECK(*make(config)->floor().value == doctest::Approx(3).epsilon(1e-6));
}

TEST_CASE("selection: one token is marked, the rest tell nothing") {
  TaskConfig config = config_of("selection");
  config.batch = 2000;
  const auto task = make(config);
  const Batch batch = batch_of(*task, Part::train, 0);
  const std::size_t d = config.features, length = config.length;
  // With the answer's sign, the marked tokens' mean is w; the mean of all tokens is q / (length - 1).
  std::vector<double> mean(d), signed_mean(d), query(d);
  for (std::size_t b = 0; b < config.batch; ++b) {
    const double sign = batch.labels[b] == 1 ? 1 : -1;
    for (std::size_t t = 0; t + 1 < length; ++t) {
      for (std::size_t i = 0; i < d; ++i) {
        const double x = batch.vectors[(b * length + t) * d + i];
        mean[i] += x / static_cast<double>(config.batch);
        signed_mean[i] += sign * x / static_cast<double>(config.batch);
      }
    }
    for (std::size_t i = 0; i < d; ++i) {
      const double x = batch.vectors[(b * length + length - 1) * d + i];
      if (b > 0) CHECK(x == query[i]);
      query[i] = x;
    }
  }
  const auto norm = [](const std::vector<double>& x) {
    double sum = 0;
    for (const double each : x) sum += each * each;
    return std::sqrt(sum);
  };
  // Both sums have a standard error of about sqrt(23 (5 + 1) / 2000) = 0.26 in norm.
  CHECK(norm(mean) == doctest::Approx(1).epsilon(0.5));
  CHECK(norm(signed_mean) == doctest::Approx(1).epsilon(0.5));
  CHECK(norm(query) == doctest::Approx(1).epsilon(1e-5));
}
