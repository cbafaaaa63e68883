// Fused single-precision loops against the plain templates run in double, at lengths around a register's and
// off any alignment, and with memory behind the end left as it was.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/kernels/fused/attention.hpp"
#include "core/kernels/fused/crossentropy.hpp"
#include "core/kernels/fused/gelu.hpp"
#include "core/kernels/fused/layernorm.hpp"
#include "core/kernels/fused/normalizers.hpp"
#include "core/kernels/optimizers.hpp"
#include "tests/kernels/support.hpp"

namespace qklab::kernels {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double epsilon = std::numeric_limits<float>::epsilon();

std::vector<std::size_t> lengths() {
  const auto l = static_cast<std::size_t>(Head::lanes);
  return {0, 1, 2, 3, l - 1, l, l + 1, 2 * l - 1, 2 * l, 3 * l + 5, 100};
}

// Floats at an odd address, with a NaN behind them that has to stay.
struct Row {
  std::vector<float> data;
  explicit Row(std::size_t n, float value = nan) : data(n + 2, value) { data[n + 1] = nan; }
  explicit Row(const std::vector<float>& x) : data(x.size() + 2, nan) {
    std::copy(x.begin(), x.end(), get());
  }
  float* get() { return data.data() + 1; }
  std::size_t size() const { return data.size() - 2; }
};

std::vector<double> doubles(Row& x) { return {x.get(), x.get() + x.size()}; }

// Each element within `tolerance` of the expected one, times 1 + its size.
void check_close(Row& y, const std::vector<double>& expected, double tolerance) {
  REQUIRE(y.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double distance = std::abs(double(y.get()[i]) - expected[i]) / (1 + std::abs(expected[i]));
    if (!(distance <= worst)) worst = distance;
  }
  CAPTURE(expected.size());
  CHECK(worst <= tolerance);
  CHECK(std::isnan(y.data.back()));
}

TEST_CASE("softmax and its slope") {
  for (const std::size_t n : lengths()) {
    for (const double deviation : {0.1, 3.0, 30.0}) {
      Row x(normals(n, 1, deviation)), y(n), dy(normals(n, 2)), dx(normals(n, 3));
      std::vector<double> expected(n), slope = doubles(dx);
      if (n > 0) Softmax::forward<double>(n, doubles(x).data(), expected.data());
      Softmax::forward(n, x.get(), y.get());
      check_close(y, expected, 4 * epsilon * (1 + deviation));
      Softmax::backward<double>(n, doubles(y).data(), doubles(dy).data(), slope.data());
      Softmax::backward(n, y.get(), dy.get(), dx.get());
      check_close(dx, slope, 4 * epsilon);
      Softmax::forward(n, x.get(), x.get());  // in place
      check_close(x, expected, 4 * epsilon * (1 + deviation));
    }
  }
}

TEST_CASE("layer norm and its slopes") {
  const std::size_t rows = 3;
  for (const std::size_t n : lengths()) {
    if (n == 0) continue;
    Row x(normals(rows * n, 1, 5)), gain(normals(n, 2)), bias(normals(n, 3)), dy(normals(rows * n, 4));
    for (const bool affine : {false, true}) {
      Row y(rows * n), kept(2 * rows), dx(rows * n);
      std::vector<double> expected(rows * n), both(2 * rows), slope(rows * n);
      const std::vector<double> g = doubles(gain), b = doubles(bias);
      layer_norm<double>(rows, n, 1e-5, doubles(x).data(), affine ? g.data() : nullptr, b.data(),
                         expected.data(), both.data());
      layer_norm(rows, n, 1e-5f, x.get(), affine ? gain.get() : nullptr, bias.get(), y.get(), kept.get());
      check_close(y, expected, 64 * epsilon);
      const auto compare = [&](float beta) {
        layer_norm_backward_x<double>(rows, n, doubles(x).data(), affine ? g.data() : nullptr, both.data(),
                                      doubles(dy).data(), beta, slope.data());
        layer_norm_backward_x(rows, n, x.get(), affine ? gain.get() : nullptr, kept.get(), dy.get(), beta,
                              dx.get());
        if (n > 2) check_close(dx, slope, 64 * epsilon);  // two numbers are +-1 whatever they were
      };
      compare(0);
      compare(1);
    }
  }
}

TEST_CASE("GELU with its slope") {
  const std::size_t rows = 2;
  for (const std::size_t n : lengths()) {
    for (const bool biased : {false, true}) {
      Row x(normals(rows * n, 1, 4)), bias(normals(n, 2)), y(rows * n);
      std::vector<double> z = doubles(x), b = doubles(bias), expected(rows * n);
      gelu_with_slope<double>(rows, n, z.data(), biased ? b.data() : nullptr, expected.data());
      gelu_with_slope(rows, n, x.get(), biased ? bias.get() : nullptr, y.get());
      check_close(y, expected, 4 * epsilon);
      check_close(x, z, 4 * epsilon);
    }
  }
}

TEST_CASE("cross-entropy with its gradient") {
  for (const std::size_t n : lengths()) {
    if (n == 0) continue;
    const std::vector<std::int32_t> targets = {0, -1, static_cast<std::int32_t>(n - 1), 0};
    Row x(normals(4 * n, 1, 3)), gradient(4 * n);
    std::vector<double> expected(4 * n);
    const double loss = cross_entropy<double>(4, n, -1, doubles(x).data(), targets.data(), expected.data());
    CHECK(std::abs(cross_entropy(4, n, -1, x.get(), targets.data(), gradient.get()) - loss) <=
          16 * epsilon * (1 + loss));
    check_close(gradient, expected, 8 * epsilon);
  }
}

TEST_CASE("Adam and AdamW") {
  for (const std::size_t n : lengths()) {
    for (const bool decoupled : {false, true}) {
      const AdamStep<double> s{0.01, 0.5, 0.1, 0.9, 0.999, 1e-8, 0.1, std::sqrt(0.001), decoupled};
      const AdamStep<float> f{0.01f, 0.5f, 0.1f, 0.9f, 0.999f, 1e-8f, 0.1f, std::sqrt(0.001f), decoupled};
      Row g(normals(n, 1)), w(normals(n, 2)), m(normals(n, 3)), v(normals(n, 4));
      for (std::size_t i = 0; i < n; ++i) v.get()[i] *= v.get()[i];
      std::vector<double> a = doubles(w), b = doubles(m), c = doubles(v);
      adam<double>(n, s, doubles(g).data(), a.data(), b.data(), c.data());
      adam(n, f, g.get(), w.get(), m.get(), v.get());
      check_close(w, a, 16 * epsilon);
      check_close(m, b, 4 * epsilon);
      check_close(v, c, 4 * epsilon);
    }
  }
}

// softmax(scale q k^T) v and its slopes by their definition. q, k, v: [length, 3 width], side by side.
struct Reference {
  std::vector<double> out, slopes;
  Reference(const Head& head, double scale, const std::vector<double>& qkv, const std::vector<double>& dout)
      : out(static_cast<std::size_t>(head.length * head.width)), slopes(qkv.size()) {
    const auto at = [&](int t, int which, int e) {
      return static_cast<std::size_t>((3 * t + which) * head.width + e);
    };
    const auto o = [&](int t, int e) { return static_cast<std::size_t>(t * head.width + e); };
    for (int t = 0; t < head.length; ++t) {
      const int seen = head.seen(t);
      std::vector<double> p(static_cast<std::size_t>(seen)), dp(p.size());
      double sum = 0, mean = 0;
      for (int s = 0; s < seen; ++s) {
        double score = 0;
        for (int e = 0; e < head.width; ++e) score += scale * qkv[at(t, 0, e)] * qkv[at(s, 1, e)];
        sum += p[static_cast<std::size_t>(s)] = std::exp(score);
      }
      for (int s = 0; s < seen; ++s) {
        double& weight = p[static_cast<std::size_t>(s)];
        weight /= sum;
        for (int e = 0; e < head.width; ++e) {
          out[o(t, e)] += weight * qkv[at(s, 2, e)];
          dp[static_cast<std::size_t>(s)] += dout[o(t, e)] * qkv[at(s, 2, e)];
          slopes[at(s, 2, e)] += weight * dout[o(t, e)];
        }
        mean += weight * dp[static_cast<std::size_t>(s)];
      }
      for (int s = 0; s < seen; ++s) {
        const double slope =
            scale * p[static_cast<std::size_t>(s)] * (dp[static_cast<std::size_t>(s)] - mean);
        for (int e = 0; e < head.width; ++e) {
          slopes[at(t, 0, e)] += slope * qkv[at(s, 1, e)];
          slopes[at(s, 1, e)] += slope * qkv[at(t, 0, e)];
        }
      }
    }
  }
};

TEST_CASE("attention of one head, blocks and rests of blocks, causal or not, all of a sequence or a part") {
  for (const Mask mask : {Mask::none(), Mask::causal(), Mask::padding(1), Mask::padding(19)}) {
    for (const int length : {1, 2, Head::block - 1, Head::block, Head::block + 1, 3 * Head::block + 5}) {
      for (const int width : {1, 5, Head::lanes, 2 * Head::lanes, 2 * Head::lanes + 3}) {
        const Head head{length, width, 3 * width, width, mask};
        const auto size = static_cast<std::size_t>(length * width);
        Row qkv(normals(3 * size, 1)), dout(normals(size, 2)), out(size), weights(head.weights());
        Row scratch(head.scratch()), slopes(3 * size);
        const float scale = 0.5f;
        const Reference expected(head, scale, doubles(qkv), doubles(dout));
        const float* q = qkv.get();
        float* const none = nullptr;  // nothing is dropped
        attention(head, scale, {}, q, q + width, q + 2 * width, weights.get(), none, scratch.get(),
                  out.get());
        CAPTURE(length);
        CAPTURE(width);
        check_close(out, expected.out, 64 * epsilon);
        const auto backward = [&](float beta) {
          float* d = slopes.get();
          attention_backward(head, scale, {}, q, q + width, q + 2 * width, weights.get(), none, dout.get(),
                             scratch.get(), beta, beta, d, d + width, d + 2 * width);
        };
        backward(0);  // over NaN
        check_close(slopes, expected.slopes, 256 * epsilon);
        std::vector<double> twice = expected.slopes;
        for (double& x : twice) x *= 2;
        backward(1);
        check_close(slopes, twice, 256 * epsilon);
        CHECK(std::isnan(scratch.data.back()));
        CHECK(std::isnan(weights.data.back()));
      }
    }
  }
}

}  // namespace
}  // namespace qklab::kernels
