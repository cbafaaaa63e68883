// Values of ops whose layout could be wrong in a way that its derivative repeats: against plain loops.
#include <cmath>

#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

using D = Tensor<double>;

D normal_input(Tape<double>& tape, Shape shape) {
  const D x = tape.input(shape);
  fill_normal(x.value(), Stream(tape.size(), 0, "values"));
  return x;
}

struct Reference {
  bool transpose_a, transpose_b;
  std::size_t m, k, n, count;  // count: matrices in the result
  bool many_a, many_b;

  std::vector<double> operator()(std::span<double> a, std::span<double> b) const {
    std::vector<double> y;
    for (std::size_t r = 0; r < count; ++r) {
      const auto matrix_a = a.subspan(many_a ? r * m * k : 0), matrix_b = b.subspan(many_b ? r * k * n : 0);
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          double sum = 0;
          for (std::size_t l = 0; l < k; ++l) {
            sum +=
                matrix_a[transpose_a ? l * m + i : i * k + l] * matrix_b[transpose_b ? j * k + l : l * n + j];
          }
          y.push_back(sum / 4);
        }
      }
    }
    return y;
  }
};

TEST_CASE("matmul: every transposition and batching") {
  const int m = 2, k = 3, n = 5;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const auto& [many_a, many_b] :
           {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
        Tape<double> tape;
        const int rows_a = ta ? k : m, columns_a = ta ? m : k, rows_b = tb ? n : k, columns_b = tb ? k : n;
        const D a = normal_input(tape, many_a ? Shape{2, 2, rows_a, columns_a} : Shape{rows_a, columns_a});
        const D b = normal_input(tape, many_b ? Shape{2, 2, rows_b, columns_b} : Shape{rows_b, columns_b});
        const D y = matmul(a, b, {.transpose_a = ta, .transpose_b = tb, .scale = 0.25});
        const bool many = many_a || many_b;
        CHECK(y.shape() == (many ? Shape{2, 2, m, n} : Shape{m, n}));
        tape.forward();
        const Reference reference{ta, tb, m, k, n, many ? 4u : 1u, many_a, many_b};
        CHECK(relative_distance(y.value(), reference(a.value(), b.value())) <= 1e-15);
      }
    }
  }
}

TEST_CASE("slice and concat along each axis are inverse, and pick what they say") {
  Tape<double> tape;
  const D x = normal_input(tape, {2, 3, 4});
  std::vector<D> whole;
  for (int axis = 0; axis < 3; ++axis) {
    const int extent = x.shape()[axis];
    whole.push_back(concat<double>({slice(x, axis, 0, 1), slice(x, axis, 1, extent)}, axis));
  }
  const D part = slice(x, 1, 1, 3);
  tape.forward();
  for (const D& y : whole) CHECK(std::ranges::equal(x.value(), y.value()));
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t l = 0; l < 4; ++l) {
        CHECK(part.value()[(i * 2 + j) * 4 + l] == x.value()[(i * 3 + j + 1) * 4 + l]);
      }
    }
  }
}

TEST_CASE("a causal row is the softmax of its prefix, as is one under the triangular mask") {
  Tape<double> tape;
  const D scores = normal_input(tape, {2, 4, 4}), mask = tape.input({4, 4});
  for (std::size_t i = 0; i < 16; ++i) mask.value()[i] = i % 4 <= i / 4 ? 1 : 0;
  const std::vector<D> causal = {softmax(scores, Mask::causal()), sparsemax(scores, Mask::causal()),
                                 piecewise_softmax(scores, Mask::causal())};
  const std::vector<D> masked = {softmax(scores, mask), sparsemax(scores, mask),
                                 piecewise_softmax(scores, mask)};
  const D prefix = slice(slice(scores, 1, 2, 3), 2, 0, 3);
  const std::vector<D> dense = {softmax(prefix), sparsemax(prefix), piecewise_softmax(prefix)};
  tape.forward();
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(std::ranges::equal(causal[k].value(), masked[k].value()));
    for (std::size_t b = 0; b < 2; ++b) {
      const auto row = causal[k].value().subspan(b * 16 + 8, 4);
      CHECK(std::ranges::equal(row.first(3), dense[k].value().subspan(b * 3, 3)));
      CHECK(row[3] == 0);
    }
  }
}

TEST_CASE("a row that may look at nothing has no weight and no gradient") {
  Tape<double> tape;
  const D scores = tape.parameter("scores", {2, 3}), mask = tape.input({2, 3});
  fill_normal(scores.value(), Stream(1, 0, "scores"));
  mask.value()[0] = mask.value()[1] = 1;
  const D y = softmax(scores, mask);
  const D loss = weighted_sum(y);
  tape.forward();
  tape.backward(loss);
  for (std::size_t i = 2; i < 6; ++i) {
    CHECK(y.value()[i] == 0);
    CHECK(scores.gradient()[i] == 0);
  }
  CHECK(scores.gradient()[0] != 0);
}

TEST_CASE("a gated scan is attention with the gates in between") {
  // y_t = sum over s <= t and columns j of v_s k_sj g_{s+1,j} ... g_tj q_tj.
  const int length = 5, m = 3, n = 2;
  for (const int gates : {1, m}) {
    Tape<double> tape;
    const D q = normal_input(tape, {2, length, m}), k = normal_input(tape, {2, length, m});
    const D v = normal_input(tape, {2, length, n}), gate = normal_input(tape, {2, length, gates});
    const D y = gated_scan(q, k, v, gate);
    tape.forward();
    std::vector<double> expected;
    const auto at = [](const D& x, int b, int t, int j) {
      const Shape shape = x.shape();
      return x.value()[static_cast<std::size_t>((b * shape[1] + t) * shape[2] + j)];
    };
    for (int b = 0; b < 2; ++b) {
      for (int t = 0; t < length; ++t) {
        for (int i = 0; i < n; ++i) {
          double sum = 0;
          for (int s = 0; s <= t; ++s) {
            for (int j = 0; j < m; ++j) {
              double term = at(v, b, s, i) * at(k, b, s, j) * at(q, b, t, j);
              for (int r = s + 1; r <= t; ++r) term *= at(gate, b, r, gates == 1 ? 0 : j);
              sum += term;
            }
          }
          expected.push_back(sum);
        }
      }
    }
    CHECK(relative_distance(y.value(), expected) <= 1e-14);
  }
}

TEST_CASE("the spectral norm goes on from the last forward()") {
  Tape<double> tape;
  const D w = normal_input(tape, {8, 8}), once = spectral_norm(w), converged = spectral_norm(w, 1000);
  tape.forward();
  const double first = once.item();
  for (int i = 0; i < 1000; ++i) tape.forward();
  CHECK(std::abs(once.item() - converged.item()) <= 1e-12);
  CHECK(std::abs(first - converged.item()) >= 1e-3);
  std::ranges::fill(w.value(), 0.0);
  tape.forward();
  CHECK(once.item() == 0);
  w.value()[3] = 2;  // starts again after a zero matrix
  tape.forward();
  CHECK(std::abs(once.item() - 2) <= 1e-15);
}

TEST_CASE("fused ops are what they are put together from") {
  Tape<double> tape;
  const D x = normal_input(tape, {2, 19, 6}), w = normal_input(tape, {6, 6}), bias = normal_input(tape, {6});
  const D plain = matmul(x, w, {.transpose_b = true}) + bias;
  const D hidden = linear(x, w, {.bias = bias, .gelu = true}),
          sum = linear(x, w, {.bias = bias, .residual = x});
  const D qkv = normal_input(tape, {2, 19, 18});
  const auto heads = [&](int part) {
    return transpose(reshape(slice(qkv, 2, 6 * part, 6 * part + 6), {2, 19, 2, 3}), 1, 2);
  };
  for (const Mask mask : {Mask::none(), Mask::causal(), Mask::padding(7)}) {
    const D scores = matmul(heads(0), heads(1), {.transpose_b = true, .scale = 0.3});
    const D expected = reshape(transpose(matmul(softmax(scores, mask), heads(2)), 1, 2), {2, 19, 6});
    const D mixed = attend(qkv, {.heads = 2, .mask = mask, .scale = 0.3});
    const D activated = gelu(plain), added = plain + x;
    tape.forward();
    CHECK(relative_distance(mixed.value(), expected.value()) <= 1e-14);
    CHECK(relative_distance(hidden.value(), activated.value()) <= 1e-14);
    CHECK(relative_distance(sum.value(), added.value()) <= 1e-14);
  }
}

}  // namespace
}  // namespace qklab::autodiff
