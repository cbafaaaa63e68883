#include "core/run/remaining.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace qklab;

namespace {

const double unknown = std::nan("");

}  // namespace

TEST_CASE("idle workers take the next trials, and the last one to end counts") {
  CHECK(remaining_seconds({10, 4}, {}, 0, 2) == 10);
  CHECK(remaining_seconds({10, 4}, std::vector<double>{5}, 0, 2) == 10);
  CHECK(remaining_seconds({10, 4}, std::vector<double>{5, 5}, 0, 2) == 14);
  CHECK(remaining_seconds({}, std::vector<double>{3, 3, 3}, 0, 2) == 6);
  CHECK(remaining_seconds({}, std::vector<double>{3}, 0, 8) == 3);
}

TEST_CASE("trials after those that are foreseen are spread over all workers") {
  CHECK(remaining_seconds({2, 2}, std::vector<double>{1, 1}, 94, 2) == 50);
  CHECK(remaining_seconds({70, 0}, {}, 30, 2) == 70);
}

TEST_CASE("nothing is said where something is not known") {
  CHECK(std::isnan(remaining_seconds({unknown}, {}, 0, 2)));
  CHECK(std::isnan(remaining_seconds({1}, std::vector<double>{unknown}, 0, 2)));
  CHECK(std::isnan(remaining_seconds({1}, {}, unknown, 2)));
  CHECK(remaining_seconds({}, {}, 0, 2) == 0);
}

TEST_CASE("what trials will take is in proportion to their costs") {
  Pace pace;
  CHECK(std::isnan(pace.seconds_of(3)));
  CHECK(pace.seconds_of(0) == 0);
  pace.add(2, 10);
  pace.add(4, 10);
  CHECK(pace.seconds_of(5) == 1.5);
}
