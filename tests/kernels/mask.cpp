// Which keys a query sees under each mask.
#include "core/kernels/mask.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace qklab;

namespace {

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

Ranges ranges(Mask mask) {
  Ranges all;
  for (std::size_t q = 0; q < 4; ++q) all.emplace_back(mask.keys(q, 4).begin, mask.keys(q, 4).end);
  return all;
}

TEST_CASE("keys that four queries see") {
  CHECK(ranges(Mask::none()) == Ranges{{0, 4}, {0, 4}, {0, 4}, {0, 4}});
  CHECK(ranges(Mask::causal()) == Ranges{{0, 1}, {0, 2}, {0, 3}, {0, 4}});
  CHECK(ranges(Mask::window(2)) == Ranges{{0, 1}, {0, 2}, {1, 3}, {2, 4}});
  CHECK(ranges(Mask::window(9)) == ranges(Mask::causal()));
  CHECK(ranges(Mask::padding(3)) == Ranges{{0, 3}, {0, 3}, {0, 3}, {0, 3}});
  CHECK(ranges(Mask::padding(9)) == ranges(Mask::none()));
}

TEST_CASE("what looks back, and what begins with the first key") {
  CHECK(Mask::causal().looks_back());
  CHECK(Mask::window(2).looks_back());
  CHECK_FALSE(Mask::none().looks_back());
  CHECK_FALSE(Mask::padding(2).looks_back());
  CHECK(Mask::padding(2).is_prefix());
  CHECK_FALSE(Mask::window(2).is_prefix());
}

TEST_CASE("a mask that leaves no key is none") {
  CHECK_THROWS_AS(Mask::window(0), Error);
  CHECK_THROWS_AS(Mask::padding(-1), Error);
}

}  // namespace
