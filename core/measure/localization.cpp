#include "core/measure/localization.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <xsimd/xsimd.hpp>

namespace qklab {

namespace {

using Batch = xsimd::batch<float>;

Batch load(const float* p) { return Batch::load_unaligned(p); }
void add_to(float* p, const Batch& value) { (load(p) + value).store_unaligned(p); }

// Sums of a block, a lane for each of 16 samples: counts stay exact, and no lane waits for another.
struct LaneSums {
  explicit LaneSums(std::size_t length)
      : support({length, bridge_lanes}),
        active({length, bridge_lanes}),
        attention({length, bridge_lanes}),
        spread({2, bridge_lanes}) {}

  void clear() {
    for (MatrixF* each : {&support, &active, &attention, &spread}) each->fill(0.0f);
  }

  void add_to(LocalizationSums& sums) const {
    const auto over_lanes = [](const MatrixF& lanes, std::size_t row) {
      double sum = 0;
      for (std::size_t l = 0; l < bridge_lanes; ++l) sum += static_cast<double>(lanes(row, l));
      return sum;
    };
    for (std::size_t t = 0; t < support.shape(0); ++t) {
      sums.support(t) += over_lanes(support, t);
      sums.active(t) += over_lanes(active, t);
      sums.attention(t) += over_lanes(attention, t);
    }
    sums.entropy += over_lanes(spread, 0);
    sums.participation += over_lanes(spread, 1);
  }

  MatrixF support, active, attention;  // (T, lanes)
  MatrixF spread;                      // (2, lanes): entropy, participation ratio
};

// Adds as many samples as a batch holds, standing in lanes l, l+1, ... of `logits` (T, lanes), which it
// overwrites. A sample of `counted` 0 is left out, one of 1 is counted.
void add_piecewise(std::size_t length, float* logits, std::size_t l, const Batch& counted, LaneSums& sums) {
  const Batch zero(0.0f), one(1.0f), share(1 / static_cast<float>(length));
  Batch total(0.0f), squares(0.0f), s_log_s(0.0f);
  for (std::size_t t = 0; t < length; ++t) {
    float* const at = logits + t * bridge_lanes;
    const Batch linear = xsimd::fma(load(at), share, share);
    const Batch s = xsimd::min(xsimd::max(linear, zero), one);
    add_to(&sums.support(t, l), xsimd::select(linear > zero, counted, zero));
    add_to(&sums.active(t, l), xsimd::select(linear > zero && linear < one, counted, zero));
    total += s;
    squares = xsimd::fma(s, s, squares);
    // 0 log 0 = 0.
    s_log_s = xsimd::fma(s, xsimd::log(xsimd::max(s, Batch(std::numeric_limits<float>::min()))), s_log_s);
    s.store_unaligned(at);
  }
  for (std::size_t t = 0; t < length; ++t)
    add_to(&sums.attention(t, l), load(logits + t * bridge_lanes) * (counted / total));
  add_to(&sums.spread(0, l), counted * (xsimd::log(total) - s_log_s / total));
  add_to(&sums.spread(1, l), counted * total * total / squares);
}

void add_softmax(std::size_t length, float* logits, std::size_t l, const Batch& counted, LaneSums& sums) {
  const Batch zero(0.0f);
  const float threshold = 1 / (std::numbers::e_v<float> * static_cast<float>(length));
  Batch largest = load(logits);
  for (std::size_t t = 1; t < length; ++t) largest = xsimd::max(largest, load(logits + t * bridge_lanes));
  Batch total(0.0f), squares(0.0f), s_log_s(0.0f);
  for (std::size_t t = 0; t < length; ++t) {
    float* const at = logits + t * bridge_lanes;
    const Batch logit = load(at) - largest;
    const Batch s = xsimd::exp(logit);
    total += s;
    squares = xsimd::fma(s, s, squares);
    s_log_s = xsimd::fma(s, logit, s_log_s);
    s.store_unaligned(at);
  }
  const Batch inverse = 1.0f / total;
  for (std::size_t t = 0; t < length; ++t) {
    const Batch p = load(logits + t * bridge_lanes) * inverse;
    add_to(&sums.support(t, l), xsimd::select(p > Batch(threshold), counted, zero));
    add_to(&sums.active(t, l),
           xsimd::select(p > Batch(threshold) && p < Batch(1 - threshold), counted, zero));
    add_to(&sums.attention(t, l), counted * p);
  }
  add_to(&sums.spread(0, l), counted * (xsimd::log(total) - s_log_s / total));
  add_to(&sums.spread(1, l), counted * total * total / squares);
}

}  // namespace

LocalizationSums::LocalizationSums(std::size_t length)
    : support(xt::zeros<double>({length})),
      active(xt::zeros<double>({length})),
      attention(xt::zeros<double>({length})) {}

void LocalizationSums::add(const LocalizationSums& other) {
  samples += other.samples;
  support += other.support;
  active += other.active;
  attention += other.attention;
  entropy += other.entropy;
  participation += other.participation;
}

LocalizationSums sample_localization(const BridgeSampler& sampler, Weighting weighting, const Stream& stream,
                                     std::size_t samples) {
  const auto add_samples = weighting == Weighting::piecewise ? add_piecewise : add_softmax;
  LocalizationSums out(sampler.length());
  out.samples = samples;
  BridgeSampler::Block block(sampler);
  LaneSums sums(sampler.length());
  for (std::size_t first = 0; first < samples; first += bridge_block) {
    sampler.draw(stream.substream(first / bridge_block), block);
    sums.clear();
    // The last block may be needed in part.
    const std::size_t wanted = std::min(bridge_block, samples - first);
    for (std::size_t i = 0; i < wanted; i += Batch::size) {
      alignas(64) float counted[Batch::size];
      for (std::size_t l = 0; l < Batch::size; ++l) counted[l] = i + l < wanted ? 1.0f : 0.0f;
      const std::size_t lane = i % bridge_lanes;
      add_samples(sampler.length(), &block.logits(i / bridge_lanes, 0, lane), lane, load(counted), sums);
    }
    sums.add_to(out);
  }
  return out;
}

}  // namespace qklab
