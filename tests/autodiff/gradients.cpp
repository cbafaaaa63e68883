// Every op's derivative against central differences, at sizes that include 1, odd ones, a batch of 1, and
// rows longer than the lanes of kernels::sum_of.
#include "tests/autodiff/support.hpp"

namespace qklab::autodiff {
namespace {

using D = Tensor<double>;
using In = const std::vector<D>&;

const std::vector<Shape> shapes = {{}, {1}, {7}, {1, 5}, {3, 1}, {1, 3, 5}, {2, 3, 4}, {2, 1, 3, 2}, {2, 19}};
const std::vector<Shape> squares = {{1, 1}, {3, 3}, {1, 4, 4}, {2, 5, 5}, {2, 1, 3, 3}, {11, 11}};

TEST_CASE("functions of one variable") {
  for (const Shape& shape : shapes) {
    check_gradient({shape}, [](In x) { return exp(x[0]); });
    check_gradient({shape}, [](In x) { return tanh(x[0]); });
    check_gradient({shape}, [](In x) { return sigmoid(x[0]); });
    check_gradient({shape}, [](In x) { return gelu(x[0]); });
    check_gradient({shape}, [](In x) { return relu(x[0]); });
    check_gradient({shape}, [](In x) { return affine(x[0], 3, -2); });
    check_gradient({shape}, [](In x) { return scale(x[0], -0.5); });
    check_gradient({shape}, [](In x) { return power(x[0], 3); });
  }
}

TEST_CASE("functions of one positive variable") {
  for (const Shape& shape : shapes) {
    check_gradient(
        {shape}, [](In x) { return log(x[0]); }, 2);
    check_gradient(
        {shape}, [](In x) { return power(x[0], -0.5); }, 2);
  }
}

TEST_CASE("two operands, the second broadcast over leading axes") {
  for (const Shape& shape : shapes) {
    for (int rank = 0; rank <= shape.rank(); ++rank) {
      const Shape trailing(shape.extents().last(static_cast<std::size_t>(rank)));
      check_gradient({shape, trailing}, [](In x) { return x[0] + x[1]; });
      check_gradient({shape, trailing}, [](In x) { return x[0] - x[1]; });
      check_gradient({shape, trailing}, [](In x) { return x[0] * x[1]; });
      check_gradient(
          {shape, trailing}, [](In x) { return div(x[0], x[1]); }, 2);
    }
  }
}

TEST_CASE("one tensor as both operands") {
  check_gradient({{3, 2}}, [](In x) { return x[0] + x[0]; });
  check_gradient({{3, 2}}, [](In x) { return x[0] * x[0]; });
  check_gradient({{3, 3}}, [](In x) { return matmul(x[0], x[0]); });
  check_gradient({{2, 2, 2}}, [](In x) { return matmul(x[0], slice(reshape(x[0], {4, 2}), 0, 0, 2)); });
  check_gradient({{2, 1, 2}}, [](In x) { return matmul(x[0], reshape(x[0], {2, 2})); });
  check_gradient({{3, 3}}, [](In x) { return x[0] * reshape(x[0], {3, 3}); });
}

TEST_CASE("matmul: every transposition and batching") {
  for (const auto& [m, k, n] : {std::array{1, 1, 1}, std::array{3, 1, 5}, std::array{2, 7, 3}}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        const std::vector<int> a = ta ? std::vector{k, m} : std::vector{m, k};
        const std::vector<int> b = tb ? std::vector{n, k} : std::vector{k, n};
        const Product product{.transpose_a = ta, .transpose_b = tb, .scale = 0.5};
        const auto build = [&](In x) { return matmul(x[0], x[1], product); };
        check_gradient({{a[0], a[1]}, {b[0], b[1]}}, build);
        check_gradient({{1, a[0], a[1]}, {1, b[0], b[1]}}, build);
        check_gradient({{2, 3, a[0], a[1]}, {2, 3, b[0], b[1]}}, build);
        check_gradient({{3, a[0], a[1]}, {b[0], b[1]}}, build);
        check_gradient({{a[0], a[1]}, {3, b[0], b[1]}}, build);
      }
    }
  }
}

TEST_CASE("linear maps with bias, GELU and residual") {
  for (const Shape& x : {Shape{1}, Shape{1, 3}, Shape{2, 1, 4}, Shape{1, 3, 5}}) {
    for (const int out : {1, 3, 17}) {
      const Shape weight = {out, x.last()}, bias = {out}, y = x.with(x.rank() - 1, out);
      using L = Linear<double>;
      check_gradient({x, weight}, [](In t) { return linear(t[0], t[1]); });
      check_gradient({x, weight}, [](In t) { return linear(t[0], t[1], L{.gelu = true}); });
      check_gradient({x, weight, bias}, [](In t) { return linear(t[0], t[1], L{.bias = t[2]}); });
      check_gradient({x, weight, bias},
                     [](In t) { return linear(t[0], t[1], L{.bias = t[2], .gelu = true}); });
      check_gradient({x, weight, y}, [](In t) { return linear(t[0], t[1], L{.residual = t[2]}); });
      check_gradient({x, weight, bias, y},
                     [](In t) { return linear(t[0], t[1], L{.bias = t[2], .residual = t[3]}); });
    }
  }
  check_gradient({{3, 3}}, [](In t) { return linear(t[0], t[0], Linear<double>{.residual = t[0]}); });
}

TEST_CASE("attention in one op") {
  for (const Shape& shape : {Shape{1, 1, 3}, Shape{1, 5, 6}, Shape{2, 3, 12}, Shape{2, 18, 6}}) {
    for (const Mask mask : {Mask::none(), Mask::causal(), Mask::padding(2)}) {
      for (const int heads : {1, 2}) {
        if (shape[2] % (3 * heads) != 0) continue;
        check_gradient({shape},
                       [=](In x) { return attend(x[0], {.heads = heads, .mask = mask, .scale = 0.7}); });
      }
    }
  }
}

TEST_CASE("attention in one op: groups of heads that share keys, and weights that are dropped") {
  const Stream masks(5, 0, "masks");
  for (const int length : {1, 5, 18, 70}) {
    for (const int groups : {1, 2}) {
      for (const Mask mask : {Mask::none(), Mask::causal()}) {
        if (length == 70 && mask == Mask::none()) continue;
        check_gradient({{2, length, 4 * 1 + 2 * groups}}, [&](In x) {
          return attend(x[0], {.heads = 4, .groups = groups, .mask = mask, .scale = 0.7});
        });
        check_gradient({{2, length, 4 * 1 + 2 * groups}}, [&](In x) {
          return attend(x[0], {.heads = 4,
                               .groups = groups,
                               .mask = mask,
                               .scale = 0.7,
                               .dropout = dropout_at(masks, 3, 0.4)});
        });
      }
    }
  }
}

TEST_CASE("numbers that are dropped") {
  const Stream masks(5, 0, "masks");
  for (const Shape& shape : shapes) {
    if (shape.rank() == 0) continue;
    check_gradient({shape}, [&](In x) { return dropout(x[0], dropout_at(masks, 2, 0.4)); });
    check_gradient({shape}, [&](In x) { return x[0] + dropout(x[0], dropout_at(masks, 2, 0.4)); });
  }
}

TEST_CASE("rows that are turned") {
  for (const Shape& shape : {Shape{1, 2}, Shape{3, 4}, Shape{2, 3, 6}, Shape{2, 3, 5, 4}}) {
    const auto build = [&](In x, int columns) {
      const auto half = [&](double of) {
        const D angles = x[0].tape->input({shape[-2], 1});
        for (std::size_t i = 0; i < angles.value().size(); ++i)
          angles.value()[i] = std::cos(static_cast<double>(i) - of);
        return angles;
      };
      return rotate(x[0], half(0), half(std::acos(-1.0) / 2), columns);
    };
    check_gradient({shape}, [&](In x) { return build(x, shape.last() / 2 * 2); });
    check_gradient({shape}, [&](In x) { return build(x, 2); });
    check_gradient({shape}, [&](In x) { return build(x, 0) + build(x, 2); });
  }
}

TEST_CASE("root mean square norm") {
  for (const Shape& shape : shapes) {
    if (shape.rank() == 0) continue;
    check_gradient({shape, {shape.last()}}, [](In x) { return rms_norm(x[0], x[1], 1e-2); });
    check_gradient({shape, {shape.last()}}, [](In x) { return x[0] + rms_norm(x[0], x[1]); });
  }
}

TEST_CASE("attention weights") {
  for (const Shape& shape : shapes) {
    if (shape.rank() == 0) continue;
    check_gradient({shape}, [](In x) { return softmax(x[0]); });
    check_gradient({shape}, [](In x) { return sparsemax(x[0]); });
    check_gradient({shape}, [](In x) { return piecewise_softmax(x[0]); });
  }
}

TEST_CASE("attention weights, causal") {
  for (const Shape& shape : squares) {
    check_gradient({shape}, [](In x) { return softmax(x[0], Mask::causal()); });
    check_gradient({shape}, [](In x) { return sparsemax(x[0], Mask::causal()); });
    check_gradient({shape}, [](In x) { return piecewise_softmax(x[0], Mask::causal()); });
  }
}

TEST_CASE("attention weights of a window and of a part of the sequence") {
  for (const Shape& shape : squares) {
    for (const Mask mask : {Mask::window(1), Mask::window(2), Mask::padding(1), Mask::padding(2)}) {
      check_gradient({shape}, [=](In x) { return softmax(x[0], mask); });
      check_gradient({shape}, [=](In x) { return sparsemax(x[0], mask); });
      check_gradient({shape}, [=](In x) { return piecewise_softmax(x[0], mask); });
    }
  }
}

TEST_CASE("attention weights under a mask, one row of which blocks everything") {
  const auto mask = [](In x) {
    const std::vector<double> seen = {1, 0, 1, 0, 0, 0, 1, 1, 1};
    return x[0].tape->constant({3, 3}, seen);
  };
  for (const Shape& shape : {Shape{3, 3}, Shape{1, 3, 3}, Shape{2, 2, 3, 3}}) {
    check_gradient({shape}, [&](In x) { return softmax(x[0], mask(x)); });
    check_gradient({shape}, [&](In x) { return sparsemax(x[0], mask(x)); });
    check_gradient({shape}, [&](In x) { return piecewise_softmax(x[0], mask(x)); });
  }
}

TEST_CASE("gated scan, one gate a state and one a column") {
  for (const auto& [length, m, n] : {std::array{1, 1, 1}, std::array{3, 1, 5}, std::array{5, 9, 3}}) {
    for (const int gates : {1, m}) {
      const auto build = [](In x) { return gated_scan(x[0], x[1], x[2], x[3]); };
      check_gradient({{length, m}, {length, m}, {length, n}, {length, gates}}, build);
      check_gradient({{1, length, m}, {1, length, m}, {1, length, n}, {1, length, gates}}, build);
      check_gradient({{2, 3, length, m}, {2, 3, length, m}, {2, 3, length, n}, {2, 3, length, gates}}, build);
    }
  }
  check_gradient({{4, 3}}, [](In x) { return gated_scan(x[0], x[0], x[0], x[0]); });
}

TEST_CASE("layer norm") {
  for (const Shape& shape : shapes) {
    if (shape.rank() == 0) continue;
    check_gradient({shape}, [](In x) { return layer_norm(x[0]); });
    check_gradient({shape, {shape.last()}, {shape.last()}},
                   [](In x) { return layer_norm(x[0], x[1], x[2]); });
  }
}

TEST_CASE("embedding, with ids that repeat") {
  for (const Shape& ids : {Shape{}, Shape{1}, Shape{5}, Shape{2, 3}, Shape{1, 2, 3}}) {
    for (const Shape& table : {Shape{1, 1}, Shape{4, 3}}) {
      check_gradient({table}, [&](In x) {
        const Indices<double> tokens = x[0].tape->indices(ids);
        for (std::size_t i = 0; i < ids.size(); ++i)
          tokens.value()[i] = static_cast<std::int32_t>(i * i) % table[0];
        return embedding(x[0], tokens);
      });
    }
  }
}

TEST_CASE("a row for each symbol and position, and their table") {
  check_gradient({{4, 3, 2}}, [&](In x) {
    const Indices<double> tokens = x[0].tape->indices({5, 3});
    for (std::size_t i = 0; i < 15; ++i) tokens.value()[i] = static_cast<std::int32_t>(i * i) % 4;
    return embedding(x[0], tokens);
  });
  check_gradient({{4, 2}, {3, 2}}, [](In x) { return outer_sum(x[0], x[1]); });
  check_gradient({{3, 2}}, [](In x) { return outer_sum(x[0], x[0]); });
}

TEST_CASE("layout") {
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 4}, Shape{1, 3, 5}, Shape{2, 3, 4, 5}}) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      for (int other = 0; other < shape.rank(); ++other) {
        if (axis != other) check_gradient({shape}, [&](In x) { return transpose(x[0], axis, other); });
      }
      for (int begin = 0; begin < shape[axis]; ++begin) {
        check_gradient({shape}, [&](In x) { return slice(x[0], axis, begin, shape[axis]); });
        check_gradient({shape}, [&](In x) { return slice(x[0], axis, 0, begin + 1); });
      }
      check_gradient({shape, shape.with(axis, 1), shape.with(axis, 3)}, [&](In x) {
        return concat<double>({x[0], x[1], x[0], x[2]}, axis);
      });
    }
    check_gradient({shape}, [](In x) { return reshape(x[0], {static_cast<int>(x[0].shape().size())}); });
  }
}

TEST_CASE("reductions and mean squared error") {
  for (const Shape& shape : shapes) {
    check_gradient({shape}, [](In x) { return sum(x[0]); });
    check_gradient({shape}, [](In x) { return mean(x[0]); });
    check_gradient({shape, shape}, [](In x) { return mean_squared_error(x[0], x[1]); });
    check_gradient({shape}, [](In x) { return mean_squared_error(x[0].tape->input(x[0].shape()), x[0]); });
  }
}

TEST_CASE("cross-entropy, with and without ignored targets") {
  for (const Shape& shape :
       {Shape{1}, Shape{3}, Shape{1, 5}, Shape{4, 1}, Shape{2, 3, 5}, Shape{1, 2, 3, 2}}) {
    for (const bool ignore : {false, true}) {
      check_gradient({shape}, [&](In x) {
        const Indices<double> targets = x[0].tape->indices(shape.prefix(shape.rank() - 1));
        for (std::size_t i = 0; i < targets.value().size(); ++i) {
          targets.value()[i] =
              ignore && i % 2 == 1 ? ignored_target : static_cast<std::int32_t>(i) % shape.last();
        }
        return cross_entropy(x[0], targets, ignored_target, shape.rank() == 3 ? 0.3 : 0);
      });
    }
  }
}

TEST_CASE("traces of one matrix and of batches") {
  for (const Shape& shape : squares) {
    check_gradient({shape}, [](In x) { return trace(x[0]); });
    check_gradient({shape}, [](In x) { return trace_of_square(x[0]); });
  }
}

TEST_CASE("spectral norm, once power iteration has converged") {
  for (const Shape& shape : {Shape{1, 1}, Shape{1, 4}, Shape{3, 1}, Shape{3, 5}, Shape{6, 4}}) {
    check_gradient({shape}, [](In x) { return spectral_norm(x[0], 500); });
  }
}

TEST_CASE("power potential") {
  for (const Shape& shape : shapes) {
    for (const double p : {2.0, 3.0}) check_gradient({shape}, [=](In x) { return power_potential(x[0], p); });
    // Away from 0, where differences of |x|^1.75 are poor.
    const auto build = [](In x) { return power_potential(x[0], 1.75); };
    check_gradient({shape}, build, 2);
    check_gradient(
        {shape}, [&](In x) { return build({scale(x[0], -1)}); }, 2);
  }
}

}  // namespace
}  // namespace qklab::autodiff
