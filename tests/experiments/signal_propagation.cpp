#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;
using testing::run;

namespace {
const Value plain{std::string("plain")}, scaled{std::string("scaled")}, pre{std::string("pre")};
}

TEST_CASE("signal_propagation: cosines follow the closed form for nearly uniform attention") {
  for (const Value& residual : {plain, scaled}) {
    for (const char* norm : {"none", "pre", "post"}) {
      const auto outcome = run("signal_propagation", {{"depth", std::int64_t{6}},
                                                      {"dim", std::int64_t{256}},
                                                      {"query_scale", 0.01},
                                                      {"residual", residual},
                                                      {"norm", Value{std::string(norm)}}});
      const auto& cosine = outcome.series("cosine");
      const auto& theory = outcome.series("cosine_theory");
      REQUIRE(cosine.size() == 6);
      REQUIRE(theory.size() == 6);
      // |W x|^2 of a draw fluctuates by sqrt(2 / dim) = 0.09 of itself, twice a layer.
      for (std::size_t l = 0; l < 6; ++l) CHECK(std::abs(cosine[l] - theory[l]) <= 0.1);
    }
  }
}

TEST_CASE("signal_propagation: collapse starves queries and keys, not values") {
  const auto shallow = run("signal_propagation", {{"depth", std::int64_t{2}}, {"residual", plain}});
  const auto deep = run("signal_propagation", {{"depth", std::int64_t{16}}, {"residual", plain}});
  const auto cured = run("signal_propagation", {{"depth", std::int64_t{16}}, {"residual", scaled}});
  CHECK(deep.scalar("last_query_ratio") <= 0.05 * shallow.scalar("last_query_ratio"));
  CHECK(deep.scalar("last_key_ratio") <= 0.05 * shallow.scalar("last_key_ratio"));
  CHECK(cured.scalar("last_query_ratio") >= 10 * deep.scalar("last_query_ratio"));
  CHECK(deep.scalar("last_cosine") >= 0.99);
  CHECK(cured.scalar("last_cosine") <= 0.6);
}
