#include "core/measure/localization.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/stream.hpp"

using namespace qklab;

namespace {

using Logits = std::vector<double>;  // (w_t - mean_s w_s) / temperature of one sample

// The walk as it is defined: d T normal numbers, every token, every logit.
Logits walk_logits(const Matrix& w, std::size_t length, double temperature, Stream& random) {
  const std::size_t d = w.shape(0);
  std::vector<std::vector<double>> x(length, std::vector<double>(d));
  for (std::size_t t = 0; t < length; ++t)
    for (std::size_t i = 0; i < d; ++i) x[t][i] = (t > 0 ? x[t - 1][i] : 0) + random.normal();
  Logits logits(length, 0.0);
  double mean = 0;
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) logits[t] += x[t][i] * w(i, j) * x[length - 1][j];
    mean += logits[t] / static_cast<double>(length);
  }
  for (double& each : logits) each = (each - mean) / temperature;
  return logits;
}

std::vector<Logits> bridge_logits(const BridgeSampler& sampler, const Stream& stream, std::size_t samples) {
  BridgeSampler::Block block(sampler);
  std::vector<Logits> out;
  for (std::size_t i = 0; i < samples; ++i) {
    if (i % bridge_block == 0) sampler.draw(stream.substream(i / bridge_block), block);
    Logits& logits = out.emplace_back(sampler.length());
    const std::size_t in_block = i % bridge_block;
    for (std::size_t t = 0; t < sampler.length(); ++t)
      logits[t] = static_cast<double>(block.logits(in_block / bridge_lanes, t, in_block % bridge_lanes));
  }
  return out;
}

// Weights, sums and entropy by their definitions.
void add_plainly(LocalizationSums& sums, const Logits& logits, Weighting weighting) {
  const std::size_t length = logits.size();
  const auto T = static_cast<double>(length);
  std::vector<double> s;
  double total = 0;
  for (const double z : logits) {
    s.push_back(weighting == Weighting::softmax ? std::exp(z) : std::clamp((1 + z) / T, 0.0, 1.0));
    total += s.back();
  }
  double entropy = 0, squares = 0;
  for (std::size_t t = 0; t < length; ++t) {
    const double p = s[t] / total, threshold = weighting == Weighting::softmax ? std::exp(-1) / T : 0;
    const double weight = weighting == Weighting::softmax ? p : s[t];
    sums.support(t) += weight > threshold;
    sums.active(t) += weight > threshold && weight < 1 - threshold;
    sums.attention(t) += p;
    entropy -= p > 0 ? p * std::log(p) : 0;
    squares += p * p;
  }
  sums.entropy += entropy;
  sums.participation += 1 / squares;
  ++sums.samples;
}

Matrix test_matrix(std::size_t d, double mean) {
  Matrix w = Matrix::from_shape({d, d});
  Stream random(5, 0, "matrix");
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < d; ++j) w(i, j) = random.normal() / 3 + (i == j ? mean : 0);
  return w;
}

struct Average {
  double mean = 0, error = 0;  // standard error
};

template <class Value> Average average(const std::vector<Logits>& samples, Value value) {
  const auto n = static_cast<double>(samples.size());
  double sum = 0, squares = 0;
  for (const Logits& each : samples) {
    const double v = value(each);
    sum += v / n;
    squares += v * v / n;
  }
  return {sum, std::sqrt(std::max(0.0, squares - sum * sum) / n)};
}

}  // namespace

TEST_CASE("the bridge has the distribution of the walk") {
  const std::size_t d = 6, length = 7, samples = 40000;
  for (const double mean : {0.5, 0.0}) {
    CAPTURE(mean);
    const Matrix w = test_matrix(d, mean);
    std::vector<Logits> walk;
    Stream random(1, 2, "walk");
    for (std::size_t i = 0; i < samples; ++i) walk.push_back(walk_logits(w, length, 2.0, random));
    const auto bridge = bridge_logits(BridgeSampler(w, length, 2.0), Stream(1, 2, "bridge"), samples);

    const auto compare = [&](auto value) {
      const Average a = average(walk, value), b = average(bridge, value);
      CHECK(std::abs(a.mean - b.mean) <= 5 * std::hypot(a.error, b.error) + 1e-6);
    };
    for (std::size_t t = 0; t < length; ++t) {
      CAPTURE(t);
      compare([t](const Logits& z) { return z[t]; });
      compare([t](const Logits& z) { return std::abs(z[t]); });
      compare([t](const Logits& z) { return std::tanh(z[t]); });
      compare([t](const Logits& z) { return z[t] > -1 ? 1.0 : 0.0; });
      // Dependence between positions.
      for (std::size_t s = 0; s < t; ++s) {
        compare([s, t](const Logits& z) { return z[s] * z[t]; });
        compare([s, t](const Logits& z) { return std::tanh(z[s]) * std::tanh(z[t]); });
        compare([s, t](const Logits& z) { return z[s] > -1 && z[t] > -1 ? 1.0 : 0.0; });
      }
      compare([](const Logits& z) { return *std::max_element(z.begin(), z.end()); });
    }
  }
}

TEST_CASE("sums over a block equal those by definition, whatever part of the last block is wanted") {
  for (const std::size_t length : {1u, 2u, 9u, 32u}) {
    CAPTURE(length);
    const BridgeSampler sampler(test_matrix(16, 0.4), length, 4.0);
    for (const Weighting weighting : {Weighting::piecewise, Weighting::softmax}) {
      for (const std::size_t samples : {0u, 1u, 7u, 8u, 9u, 15u, 16u, 17u, 255u, 256u, 257u, 1000u}) {
        CAPTURE(samples);
        const Stream stream(samples, 0, "sums");
        const LocalizationSums sums = sample_localization(sampler, weighting, stream, samples);
        LocalizationSums plain(length);
        for (const Logits& logits : bridge_logits(sampler, stream, samples))
          add_plainly(plain, logits, weighting);

        REQUIRE(sums.samples == samples);
        const double rounding = 1e-5 * static_cast<double>(samples) + 1e-12;
        for (std::size_t t = 0; t < length; ++t) {
          // A weight may lie within rounding of a threshold.
          CHECK(std::abs(sums.support(t) - plain.support(t)) <= 1e-3 * static_cast<double>(samples));
          CHECK(std::abs(sums.active(t) - plain.active(t)) <= 1e-3 * static_cast<double>(samples));
          CHECK(std::abs(sums.attention(t) - plain.attention(t)) <= rounding);
        }
        CHECK(std::abs(sums.entropy - plain.entropy) <= rounding * 4);
        CHECK(std::abs(sums.participation - plain.participation) <= rounding * static_cast<double>(length));
      }
    }
  }
}

TEST_CASE("logits too large for exp leave softmax finite") {
  const BridgeSampler sampler(test_matrix(16, 2.0), 12, 1e-3);
  const LocalizationSums sums = sample_localization(sampler, Weighting::softmax, Stream(0, 0, "large"), 500);
  double attention = 0;
  for (const double each : sums.attention) attention += each;
  CHECK(attention == doctest::Approx(500).epsilon(1e-5));
  CHECK(sums.entropy <= 5.0);  // nearly one-hot
  CHECK(sums.participation == doctest::Approx(500).epsilon(0.01));
}
