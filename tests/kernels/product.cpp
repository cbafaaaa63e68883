// Single-precision products against plain sums in double, around the sizes where tiles, panels and blocks
// end.
#include "core/kernels/product.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/kernels/support.hpp"

namespace qklab::kernels {
namespace {

// Tiles are of 6 or 12 rows, and of 16 or 32 columns.
constexpr int tile_rows = 12, tile_columns = 32;

struct Matrix {
  int rows, columns, stride;
  std::vector<float> data;
  Matrix(int r, int c, std::uint64_t seed)
      : rows(r), columns(c), stride(c + 3), data(normals(static_cast<std::size_t>(r * (c + 3) + 1), seed)) {}
  float* begin() { return data.data() + 1; }  // off any alignment
  float& at(int i, int j) { return data[static_cast<std::size_t>(1 + i * stride + j)]; }
};

void compare(bool ta, bool tb, int m, int n, int k, float alpha, float beta) {
  Matrix a(ta ? k : m, ta ? m : k, 1), b(tb ? n : k, tb ? k : n, 2), c(m, n, 3), before = c;
  product(ta, tb, m, n, k, alpha, a.begin(), a.stride, b.begin(), b.stride, beta, c.begin(), c.stride);
  const double epsilon = std::numeric_limits<float>::epsilon();
  double worst = 0;  // in units of what rounding may do to such sums
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < c.stride - 1; ++j) {
      double expected = before.at(i, j), size = 0;
      if (j < n) {
        double sum = 0;
        for (int p = 0; p < k; ++p) {
          const double term = double(ta ? a.at(p, i) : a.at(i, p)) * (tb ? b.at(j, p) : b.at(p, j));
          sum += term;
          size += std::abs(term);
        }
        expected = alpha * sum + (beta == 0 ? 0 : beta * expected);
      }
      const double distance = std::abs(c.at(i, j) - expected) / (size + std::abs(expected) + 1e-30);
      if (!(distance <= worst)) worst = distance;
    }
  }
  CAPTURE(ta);
  CAPTURE(tb);
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CHECK(worst <= epsilon * (1 + std::sqrt(double(k))));
}

TEST_CASE("every transposition at the edges of tiles") {
  const int r = tile_rows, w = tile_columns;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const int m : {1, 2, r / 2, r / 2 + 1, r - 1, r, r + 1, 3 * r + 1}) {
        for (const int n : {1, w / 2 - 1, w / 2, w / 2 + 1, w - 1, w, w + 1, w + w / 2, 3 * w + 2}) {
          for (const int k : {1, 3, 8, 17}) compare(ta, tb, m, n, k, 1, 0);
        }
      }
    }
  }
}

TEST_CASE("beyond one block of each dimension") {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      compare(ta, tb, 9, 33 * tile_columns + 5, 11, 1, 1);
      compare(ta, tb, 70, 4 * tile_columns + 7, 517, 0.5f, 1);
      compare(ta, tb, 131, 2 * tile_columns, 256, -1, 0.25f);
    }
  }
}

TEST_CASE("nothing to add up, nothing to write") {
  for (const float beta : {0.0f, 1.0f, 0.5f}) compare(false, true, 7, 21, 0, 1, beta);
  compare(false, false, 0, 5, 3, 1, 0);
  compare(true, true, 5, 0, 3, 1, 0);
}

TEST_CASE("beta = 0 does not read what was there") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const int n : {tile_columns, tile_columns + 1}) {
    std::vector<float> a(3, 1.0f), b(static_cast<std::size_t>(n), 2.0f),
        c(static_cast<std::size_t>(3 * n), nan);
    product(false, false, 3, n, 1, 1, a.data(), 1, b.data(), n, 0, c.data(), n);
    CHECK(c == std::vector<float>(static_cast<std::size_t>(3 * n), 2.0f));
  }
}

TEST_CASE("transposed, odd sizes and within wider matrices") {
  for (const int rows : {0, 1, 4, 7, 33}) {
    for (const int columns : {0, 1, 3, 8, 21}) {
      Matrix x(rows, columns, 1), y(columns, rows, 2), before = y;
      transpose(rows, columns, x.begin(), x.stride, y.begin(), y.stride);
      for (int j = 0; j < columns; ++j) {
        for (int i = 0; i < y.stride; ++i) REQUIRE(y.at(j, i) == (i < rows ? x.at(i, j) : before.at(j, i)));
      }
    }
  }
}

}  // namespace
}  // namespace qklab::kernels
