#include <cmath>

#include "tests/experiments/support.hpp"

using namespace qklab;

namespace {

testing::Outcome run_toy(const char* head, const char* path, double p) {
  return testing::run("joint_selection", {{"head", Value{std::string(head)}},
                                          {"path", Value{std::string(path)}},
                                          {"p", p},
                                          {"steps", std::int64_t{1000}}});
}

}  // namespace

TEST_CASE("joint_selection: W turns towards the max-margin solution, and with it the head") {
  const auto outcome = run_toy("trained", "descent", 2);
  CHECK(outcome.scalar("final_correlation") >= 0.9);
  CHECK(outcome.scalar("final_head_correlation") >= 0.9);
  CHECK(outcome.scalar("gap") <= 1e-6);
  CHECK(outcome.series("loss").back() < outcome.series("loss").front());
}

TEST_CASE("joint_selection: the path of W ends at the solution's entries") {
  const auto path = run_toy("fixed", "descent", 1.75), solution = run_toy("fixed", "solution", 1.75);
  CHECK(solution.series("correlation") == path.series("correlation"));
  for (const char* entry : {"entry_first", "entry_last"}) {
    CHECK(solution.series(entry).front() == solution.series(entry).back());
    CHECK(std::abs(path.series(entry).back() - solution.series(entry).back()) <= 0.05);
    CHECK(path.series(entry).front() != solution.series(entry).front());
  }
}
