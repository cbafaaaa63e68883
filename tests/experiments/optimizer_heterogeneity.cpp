#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

TEST_CASE("optimizer_heterogeneity: every optimizer learns, and the gaps are differences of what is told") {
  const auto run = [](const char* optimizers) {
    return testing::run("optimizer_heterogeneity", {{"steps", std::int64_t{40}},
                                                    {"rates", std::int64_t{1}},
                                                    {"layers", std::int64_t{1}},
                                                    {"length", std::int64_t{6}},
                                                    {"vocabulary", std::int64_t{4}},
                                                    {"optimizers", Value{std::string(optimizers)}}});
  };
  const auto outcome = run("all"), basic = run("basic");
  for (const char* name : {"sgd", "momentum", "adam", "sign"})
    CHECK(basic.scalar(name) == outcome.scalar(name));
  CHECK(std::isnan(basic.scalar("signum")));
  for (const char* name : {"signum", "rmsprop"}) {
    const double gap = outcome.scalar(name) - outcome.scalar("adam");
    CHECK(outcome.scalar(std::string(name) + "_gap") == gap);
    CHECK(outcome.scalar(std::string(name) + "_nearer") == outcome.scalar("sgd_gap") - 2 * std::abs(gap));
  }
  for (const char* name : {"sgd", "momentum", "adam", "sign", "signum", "rmsprop"}) {
    const auto& loss = outcome.series(std::string("loss_") + name);
    CHECK(loss.back() < loss.front());
    CHECK(loss.front() == outcome.series("loss_adam").front());  // the same model and batches
    for (const double gini : outcome.series(std::string("heterogeneity_") + name)) {
      CHECK(gini >= 0);
      CHECK(gini < 1);
    }
  }
  CHECK(outcome.scalar("sgd_gap") == doctest::Approx(outcome.scalar("sgd") - outcome.scalar("adam")));
  CHECK(outcome.scalar("heterogeneity_initial") == outcome.series("heterogeneity_sgd").front());
  CHECK(outcome.scalar("spread") > 0);
}

TEST_CASE(
    "optimizer_heterogeneity: fresh losses are of other batches, and only pre norm has blocks of its own") {
  const auto run = [](const char* norm, bool fresh) {
    return testing::run("optimizer_heterogeneity", {{"steps", std::int64_t{20}},
                                                    {"rates", std::int64_t{2}},
                                                    {"layers", std::int64_t{1}},
                                                    {"length", std::int64_t{6}},
                                                    {"vocabulary", std::int64_t{4}},
                                                    {"norm", Value{std::string(norm)}},
                                                    {"fresh", Value{fresh}}});
  };
  const auto pre = run("pre", false), fresh = run("pre", true), post = run("post", false);
  CHECK(pre.scalar("adam") == pre.series("loss_adam").back());
  CHECK(fresh.series("loss_adam") == pre.series("loss_adam"));  // rates are chosen by the same batches
  CHECK(fresh.scalar("adam") != pre.scalar("adam"));
  CHECK(std::abs(fresh.scalar("adam") - pre.scalar("adam")) <= 0.3);
  CHECK(pre.scalar("shared_initial") != pre.scalar("heterogeneity_initial"));
  CHECK(post.scalar("shared_initial") == post.scalar("heterogeneity_initial"));
}
