// Results do not depend on how many threads share a loop.
#include "core/kernels/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/kernels/fused/gelu.hpp"
#include "core/kernels/gemm.hpp"
#include "tests/kernels/support.hpp"
#include "tests/with_threads.hpp"

namespace qklab::kernels {
namespace {

using Floats = std::vector<float>;

TEST_CASE("denormals are treated alike in all threads") {
  const auto vanish = [] {
    volatile float least = 1.17549435e-38f;
    return least * 0.5f == 0;
  };
  for (const bool flush : {false, true}) {
    std::atomic<int> inside{0}, same{0};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    with_threads(2, [&] {
      const FlushDenormals mode(flush);
      const bool expected = vanish();
      parallel(2, least_shared, [&](int, int) {
        ++inside;
        while (inside < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        if (vanish() == expected) ++same;
      });
    });
    CHECK(same == 2);
  }
}

TEST_CASE("what is too small to share stays in one piece") {
  int calls = 0;
  with_threads(2, [&] { parallel(100, least_shared / 100, [&](int, int) { ++calls; }); });
  CHECK(calls == 1);
}

TEST_CASE("no part is smaller than half of what it is to have at least") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> smallest{1000}, sum{0};
    with_threads(4, [&] {
      parallel(
          1000, least_shared,
          [&](int begin, int end) {
            sum += end - begin;
            int known = smallest;
            while (end - begin < known && !smallest.compare_exchange_weak(known, end - begin)) {
            }
          },
          64);
    });
    CHECK(sum == 1000);
    CHECK(smallest >= 32);
    CHECK(smallest < 1000);
  }
}

// op(a) (m, k) by op(b) (k, n), onto what c holds.
Floats product_of(bool transpose_a, bool transpose_b, int m, int n, int k) {
  const Floats a = normals(static_cast<std::size_t>(m * k), 1),
               b = normals(static_cast<std::size_t>(k * n), 2);
  Floats c = normals(static_cast<std::size_t>(m * n), 3);
  gemm(transpose_a, transpose_b, m, n, k, 0.5f, a.data(), transpose_a ? m : k, b.data(), transpose_b ? k : n,
       1.0f, c.data(), n);
  return c;
}

TEST_CASE("products are the same to the bit on any number of threads") {
  // Sizes that are no multiple of a tile, with an inner dimension of several blocks, and gradients that BLAS
  // gets.
  struct Size {
    int m, n, k;
  };
  const Size sizes[] = {{1003, 101, 67}, {257, 300, 600}, {130, 257, 2049}, {64, 513, 1024}, {1025, 37, 300}};
  for (const Size& size : sizes) {
    const int m = size.m, n = size.n, k = size.k;
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        CAPTURE(m);
        CAPTURE(transpose_a);
        CAPTURE(transpose_b);
        const auto work = [&] { return product_of(transpose_a, transpose_b, m, n, k); };
        const Floats one = with_threads(1, work);
        CHECK(one == one);  // no NaN
        for (const int threads : {2, 3})
          for (int round = 0; round < 3; ++round) CHECK(with_threads(threads, work) == one);
      }
    }
  }
}

TEST_CASE("GELU is the same to the bit on any number of threads") {
  constexpr std::size_t rows = 1001, n = 203;
  const auto work = [] {
    Floats x = normals(rows * n, 1), y(rows * n);
    const Floats bias = normals(n, 2);
    gelu_with_slope(rows, n, x.data(), bias.data(), y.data());
    y.insert(y.end(), x.begin(), x.end());
    return y;
  };
  const Floats one = with_threads(1, work);
  CHECK(one == one);
  for (const int threads : {2, 3}) CHECK(with_threads(threads, work) == one);
}

}  // namespace
}  // namespace qklab::kernels
