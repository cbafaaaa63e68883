// The check itself: it must catch what is wrong, and pass what is merely rounded.
#include "core/autodiff/gradcheck.hpp"

#include <cmath>
#include <limits>

#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

struct Off {
  double by;
};
// x^2 with a slope that is off by a relative error.
void square_forward(const Call<double>& c) {
  for (std::size_t i = 0; i < c.size(); ++i) c.out()[i] = c.in(0)[i] * c.in(0)[i];
}
void square_backward(const Call<double>& c) {
  const double factor = 2 * (1 + attributes<Off>(c).by);
  for (std::size_t i = 0; i < c.size(); ++i) c.in_gradient(0)[i] += factor * c.in(0)[i] * c.out_gradient()[i];
}
Tensor<double> square(Tensor<double> x, double error) {
  static constexpr Rule<double> rule{"square", square_forward, square_backward};
  return x.tape->record(rule, {x}, x.shape(), Off{error});
}

GradcheckReport check_square(double error, double size = 1) {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {3, 5});
  fill_normal(x.value(), Stream(1, 0, "x"), 0, size);
  return gradcheck(tape, weighted_sum(square(x, error)));
}

TEST_CASE("a right derivative passes at any scale") {
  for (const double size : {1e-3, 1.0, 1e3}) CHECK(check_square(0, size).ok);
}

TEST_CASE("a wrong derivative is caught, and its size told") {
  for (const double error : {1e-5, 1e-2, 1.0, -2.0}) {
    const GradcheckReport report = check_square(error);
    CHECK_FALSE(report.ok);
    CHECK(report.error >= 0.3 * std::abs(error) / (1 + std::abs(error)));
  }
}

TEST_CASE("a wrong derivative of tiny numbers is caught") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {4});
  fill_normal(x.value(), Stream(1, 0, "x"));
  CHECK(gradcheck(tape, scale(sum(square(x, 0)), 1e-9)).ok);
  Tape<double> wrong;
  const Tensor<double> y = wrong.parameter("y", {4});
  fill_normal(y.value(), Stream(1, 0, "x"));
  CHECK_FALSE(gradcheck(wrong, scale(sum(square(y, 1e-3)), 1e-9)).ok);
}

TEST_CASE("the report names the parameter") {
  Tape<double> tape;
  const Tensor<double> good = tape.parameter("good", {2});
  const Tensor<double> bad = tape.parameter("bad", {2});
  fill_normal(tape.parameters(), Stream(1, 0, "x"));
  const GradcheckReport report = gradcheck(tape, sum(square(good, 0) + square(bad, 1)));
  CHECK(report.where.starts_with("bad["));
}

TEST_CASE("NaN and infinity fail") {
  CHECK_FALSE(check_square(std::numeric_limits<double>::quiet_NaN()).ok);
  CHECK_FALSE(check_square(std::numeric_limits<double>::infinity()).ok);
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Tape<double> tape;
    const Tensor<double> leaf = tape.parameter("x", {3});
    leaf.value()[1] = x;
    CHECK_FALSE(gradcheck(tape, sum(square(leaf, 0))).ok);
  }
}

TEST_CASE("one element that is not finite fails, though others after it are right") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {3});
  std::ranges::copy(std::vector<double>{0, 1, 2}, x.value().begin());
  const GradcheckReport report = gradcheck(tape, sum(power(x, 0.5)));  // slope infinite at 0
  CHECK_FALSE(report.ok);
  CHECK(report.where.starts_with("x[0]"));
}

TEST_CASE("a zero gradient passes, nothing to check does not") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {2, 7});
  fill_normal(x.value(), Stream(1, 0, "x"));
  CHECK(gradcheck(tape, sum(softmax(x))).ok);  // constant: the differences are rounding alone
  Tape<double> frozen;
  CHECK_FALSE(gradcheck(frozen, sum(frozen.parameter("x", {3}, false))).ok);
}

TEST_CASE("parameters and values are left as found") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {3});
  fill_normal(x.value(), Stream(1, 0, "x"));
  const std::vector<double> before(x.value().begin(), x.value().end());
  const Tensor<double> loss = sum(x * x);
  tape.forward();
  const double value = loss.item();
  CHECK(gradcheck(tape, loss).ok);
  CHECK(std::ranges::equal(before, x.value()));
  CHECK(loss.item() == value);
}

}  // namespace
}  // namespace qklab::autodiff
