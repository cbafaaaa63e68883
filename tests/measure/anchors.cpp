#include "core/measure/anchors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace qklab;

TEST_CASE("anchors: uniform attention has none, and passes on from all tokens alike") {
  const std::vector<float> uniform(16, 0.25F);
  const Anchors found = measure_anchors(uniform, 4, Mask::none(), 0.1);
  CHECK(found.anchor == doctest::Approx(1));
  CHECK(found.propagation == 1);
  CHECK(found.over_propagation == 0);
  CHECK(found.propagation_entropy == doctest::Approx(1));
}

TEST_CASE("anchors: one token that gets all attention is one") {
  const std::vector<float> one = {0, 1, 0, 0, 1, 0, 0, 1, 0};
  const Anchors found = measure_anchors(one, 3, Mask::none(), 0.1);
  CHECK(found.anchor == doctest::Approx(3));
  CHECK(found.propagation == doctest::Approx(1.0 / 3));
  CHECK(found.over_propagation == doctest::Approx(2.0 / 3));
  CHECK(found.propagation_entropy == doctest::Approx(0));
}

TEST_CASE("anchors: of a causal matrix only what is seen counts, and a NaN is not passed over") {
  std::vector<float> causal = {1, 9, 0.5F, 0.5F};
  const Anchors found = measure_anchors(causal, 2, Mask::causal(), 0.1);
  CHECK(found.anchor == doctest::Approx(1.5));
  CHECK(found.propagation == 1);
  CHECK(found.propagation_entropy == doctest::Approx(1));
  causal[2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(measure_anchors(causal, 2, Mask::causal(), 0.1).propagation_entropy));
}
