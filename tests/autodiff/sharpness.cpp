// The largest eigenvalue of a block's Hessian, against dense Hessians of small models.
#include "core/autodiff/sharpness.hpp"

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>

#include "core/base/error.hpp"
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

// Entry by entry from the loss alone, by second differences: knows no gradient.
double largest_of_dense(Tape<double>& tape, Tensor<double> loss, const Tape<double>::Block& block) {
  constexpr double e = 1e-3;
  const auto x = tape.parameters().subspan(block.offset, block.size);
  const auto at = [&](std::size_t i, double by_i, std::size_t j, double by_j) {
    const double xi = x[i], xj = x[j];
    x[i] += by_i;
    x[j] += by_j;
    tape.forward();
    x[j] = xj;
    x[i] = xi;
    return loss.item();
  };
  xt::xtensor<double, 2> hessian = xt::zeros<double>({block.size, block.size});
  for (std::size_t i = 0; i < block.size; ++i)
    for (std::size_t j = 0; j < block.size; ++j)
      hessian(i, j) = (at(i, e, j, e) - at(i, e, j, -e) - at(i, -e, j, e) + at(i, -e, j, -e)) / (4 * e * e);
  const xt::xtensor<double, 1> values = xt::linalg::eigvalsh(hessian);
  return values(block.size - 1);
}

TEST_CASE("sharpness: each block of an attention model has the largest eigenvalue of its dense Hessian") {
  constexpr int length = 5, dim = 4, classes = 3;
  Tape<double> tape;
  const Tensor<double> x = tape.input({length, dim});
  const auto map = [&](const char* name, int out) { return linear(x, tape.parameter(name, {out, dim})); };
  const Tensor<double> q = map("q", dim), k = map("k", dim), v = map("v", dim);
  const Tensor<double> mixed = matmul(softmax(matmul(q, k, {.transpose_b = true, .scale = 0.5})), v);
  const Indices<double> targets = tape.indices({length});
  const Tensor<double> loss =
      cross_entropy(linear(gelu(layer_norm(mixed)), tape.parameter("head", {classes, dim})), targets);
  fill_normal(x.value(), Stream(1, 0, "x"));
  fill_normal(tape.parameters(), Stream(2, 0, "weights"));
  for (int t = 0; t < length; ++t) targets.value()[static_cast<std::size_t>(t)] = t % classes;
  const std::vector<double> before(tape.parameters().begin(), tape.parameters().end());
  for (std::size_t b = 0; b < tape.blocks().size(); ++b) {
    CAPTURE(tape.blocks()[b].name);
    const double expected = largest_of_dense(tape, loss, tape.blocks()[b]);
    const Sharpness found =
        block_sharpness(tape, loss, b, Stream(3, 0, "start"), {.tolerance = 1e-6, .products = 30});
    CHECK(std::abs(found.eigenvalue - expected) <= 1e-5 * (1 + std::abs(expected)));
    CHECK(found.residual <= 1e-5 * (1 + std::abs(expected)));
    const Sharpness rough = block_sharpness(tape, loss, b, Stream(4, 0, "another start"));
    CHECK(std::abs(rough.eigenvalue - expected) <= 0.02 * std::abs(expected));
    CHECK(rough.products <= found.products);
  }
  CHECK(std::ranges::equal(before, tape.parameters()));
}

TEST_CASE("sharpness: the sign is kept, other blocks play no part, and a constant slope has none") {
  Tape<double> tape;
  const Tensor<double> a = tape.parameter("a", {3}), b = tape.parameter("b", {2}),
                       c = tape.parameter("c", {2});
  const Tensor<double> fixed = tape.parameter("fixed", {2}, false);
  const std::vector<double> factors = {-1, -2, -3};
  // Hessians diag(-2, -4, -6), 200 and 0.
  const Tensor<double> loss =
      sum(a * a * tape.constant({3}, factors)) + scale(sum(b * b), 100) + sum(c) + sum(fixed);
  fill_normal(tape.parameters(), Stream(1, 0, "parameters"));
  const auto of = [&](std::size_t block) {
    return block_sharpness(tape, loss, block, Stream(2, 0, "start")).eigenvalue;
  };
  CHECK(of(0) == doctest::Approx(-2).epsilon(1e-6));
  CHECK(of(1) == doctest::Approx(200).epsilon(1e-6));
  CHECK(std::abs(of(2)) <= 1e-6);
  CHECK_THROWS_AS(of(3), Error);
}

}  // namespace
}  // namespace qklab::autodiff
