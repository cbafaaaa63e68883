// Compares the max-margin solver with cases solved by hand, with NumPy's solutions
// (tests/goldens/max_margin.py), and with the conditions of Karush, Kuhn and Tucker.
#include "core/theory/max_margin.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xadapt.hpp>

#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "tests/source_directory.hpp"

using namespace qklab;

namespace {

Matrix gaussian(std::size_t rows, std::size_t columns, std::uint64_t which) {
  Stream random = Stream(1, 0, "constraints").substream(which);
  Matrix a = xt::empty<double>({rows, columns});
  for (double& entry : a) entry = random.normal();
  return a;
}

double norm(const Vector& x, double p) { return std::pow(xt::sum(xt::pow(xt::abs(x), p))(), 1 / p); }

}  // namespace

TEST_CASE("max margin: one constraint, by hand") {
  // The solution of min |w|_p with a.w >= 1: w is proportional to sign(a) |a|^(q-1) and has norm 1 / |a|_q.
  for (const double p : {1.1, 1.75, 2.0, 3.0}) {
    const Matrix a{{3, -4, 0, 1}};
    const double q = p / (p - 1);
    const MaxMargin solution = max_margin(a, p);
    CHECK(std::abs(solution.norm * norm(xt::row(a, 0), q) - 1) <= 1e-8);
    CHECK(std::abs(solution.w(2)) <= 1e-8);
    CHECK(std::abs(solution.w(0) / -solution.w(1) - std::pow(0.75, q - 1)) <= 1e-4);  // accurate to sqrt(gap)
  }
}

TEST_CASE("max margin: two constraints in the plane, by hand") {
  // x + y >= 1 and x - y >= 1 meet at (1, 0), where both are active for any p; a third constraint is slack
  // there.
  for (const double p : {1.5, 2.0, 4.0}) {
    const MaxMargin solution = max_margin(Matrix{{1, 1}, {1, -1}, {5, 0.5}}, p);
    CHECK(std::abs(solution.w(0) - 1) <= 1e-8);
    CHECK(std::abs(solution.w(1)) <= 1e-5);  // |y|^p is flat at 0
    CHECK(solution.dual(2) <= 1e-6 * solution.dual(0));
  }
}

TEST_CASE("max margin: the certificate proves optimality, whatever the method") {
  for (std::uint64_t which = 0; which < 4; ++which) {
    const Matrix a = gaussian(30, 36, which);
    for (const double p : {1.1, 1.3, 1.75, 2.0, 3.0, 6.0}) {
      const MaxMargin s = max_margin(a, p);
      const Vector margins = xt::linalg::dot(a, s.w), y = xt::linalg::dot(xt::transpose(a), s.dual);
      CHECK(std::abs(xt::amin(margins)() - 1) <= 1e-12);  // feasible
      CHECK(xt::amin(s.dual)() >= 0);
      CHECK(std::abs(norm(s.w, p) / s.norm - 1) <= 1e-12);
      const double lower = xt::sum(s.dual)() / norm(y, p / (p - 1));  // by Hoelder's inequality
      CHECK(s.norm / lower - 1 <= 1e-6);
      CHECK(s.norm / lower - 1 >= -1e-12);
      CHECK(std::abs(s.norm / lower - 1 - s.gap) <= 1e-12);
      // Complementary slackness, relative to the sum of all multipliers.
      CHECK(xt::sum(s.dual * (margins - 1))() <= 1e-6 * xt::sum(s.dual)());
    }
  }
}

TEST_CASE("max margin: NumPy's solutions by other methods") {
  std::ifstream file(source_directory() + "/tests/goldens/max_margin.json");
  const auto goldens = nlohmann::json::parse(file).at("cases");
  REQUIRE(goldens.size() == 9);
  for (const auto& golden : goldens) {
    const auto entries = golden.at("a").get<std::vector<double>>(),
               w = golden.at("w").get<std::vector<double>>();
    const std::vector<std::size_t> shape{golden.at("rows"), golden.at("columns")};
    const MaxMargin solution = max_margin(xt::adapt(entries, shape), golden.at("p"));
    CAPTURE(golden.at("p").get<double>());
    CHECK(std::abs(solution.norm / golden.at("norm").get<double>() - 1) <= 1e-7);
    // Strict convexity turns a relative excess e of the norm into a distance of about sqrt(e).
    for (std::size_t i = 0; i < w.size(); ++i) CHECK(std::abs(solution.w(i) - w[i]) <= 1e-3 * solution.norm);
  }
}

TEST_CASE("max margin: nothing separates") {
  CHECK_THROWS_AS(max_margin(Matrix{{1, 0}, {-1, 0}}, 2), Error);
  CHECK_THROWS_AS(max_margin(Matrix{{1, 0}}, 1), Error);
}
