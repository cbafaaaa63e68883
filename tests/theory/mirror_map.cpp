#include "core/theory/mirror_map.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace qklab;

TEST_CASE("a step of mirror descent moves the potential's gradient, and the point follows") {
  for (const double p : {1.1, 1.75, 2.0, 3.0}) {
    std::vector<double> x = {0.5, -2, 0}, dual;
    for (const double each : x) dual.push_back(to_dual(each, p));
    const std::vector<double> before = dual, gradient = {1, -0.5, 0.25};
    mirror_step(x, dual, gradient, p, 0.1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(dual[i] == doctest::Approx(before[i] - 0.1 * gradient[i]));
      CHECK(to_dual(x[i], p) == doctest::Approx(dual[i]));
    }
    CHECK(
        lp_norm(x, p) ==
        doctest::Approx(std::pow(
            std::pow(std::abs(x[0]), p) + std::pow(std::abs(x[1]), p) + std::pow(std::abs(x[2]), p), 1 / p)));
  }
  std::vector<double> x = {1, -1}, dual = {1, -1};
  mirror_step(x, dual, std::vector<double>{0.5, 0.5}, 2, 0.2);  // with p = 2 it is gradient descent
  CHECK(x == std::vector<double>{0.9, -1.1});
}
