// Hessian-vector products and block norms, on losses whose answers are known.
#include "core/autodiff/curvature.hpp"

#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

// f = x^T A x / 2 + sum x^4: H = (A + A^T)/2 + 12 diag(x^2).
TEST_CASE_TEMPLATE("Hessian-vector product of a quartic", T, float, double) {
  constexpr int n = 7;
  Tape<T> tape;
  const Tensor<T> x = tape.parameter("x", {1, n}), a = tape.input({n, n});
  fill_normal(x.value(), Stream(1, 0, "x"));
  fill_normal(a.value(), Stream(2, 0, "a"));
  const Tensor<T> quadratic = scale(sum(matmul(matmul(x, a), x, {.transpose_b = true})), 0.5);
  const Tensor<T> loss = quadratic + sum(power(x, 4));
  std::vector<T> v(n), result(n), expected(n);
  fill_normal(std::span<T>(v), Stream(3, 0, "v"));
  for (std::size_t i = 0; i < n; ++i) {
    expected[i] = 12 * x.value()[i] * x.value()[i] * v[i];
    for (std::size_t j = 0; j < n; ++j)
      expected[i] += (a.value()[i * n + j] + a.value()[j * n + i]) / 2 * v[j];
  }
  const std::vector<T> before(x.value().begin(), x.value().end());
  hessian_vector_product<T>(tape, loss, v, result);
  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  CHECK(relative_distance(result, expected) <= 30 * std::pow(epsilon, 2.0 / 3.0));
  CHECK(std::ranges::equal(before, x.value()));
}

TEST_CASE("Hessian-vector product: no direction, and wrong lengths") {
  Tape<double> tape;
  const Tensor<double> x = tape.parameter("x", {3});
  const Tensor<double> loss = sum(x * x);
  std::vector<double> zero(3), result(3, 1.0), shorter(2);
  hessian_vector_product<double>(tape, loss, zero, result);
  CHECK(result == zero);
  CHECK_THROWS_AS(hessian_vector_product<double>(tape, loss, shorter, result), Error);
}

TEST_CASE("gradient norms by block") {
  Tape<double> tape;
  const Tensor<double> a = tape.parameter("a", {2}), b = tape.parameter("b", {3}, false);
  const Tensor<double> c = tape.parameter("c", {2, 2});
  std::ranges::fill(tape.parameters(), 1.0);
  const std::vector<double> factors = {3, 4};
  const Tensor<double> loss = sum(a * tape.constant({2}, factors)) + sum(c * c) + sum(b);
  tape.forward();
  tape.backward(loss);
  CHECK(gradient_norms(tape) == std::vector<double>{5, 0, 4});
}

}  // namespace
}  // namespace qklab::autodiff
