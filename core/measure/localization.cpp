#include "core/measure/localization.hpp"

#include <algorithm>

#include "core/kernels/level.hpp"

namespace qklab {

namespace {

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

  kernels::WalkSums walk(const float* counted) {
    return {support.data(), active.data(), attention.data(), spread.data(), spread.data() + bridge_lanes,
            counted};
  }

  MatrixF support, active, attention;  // (T, lanes)
  MatrixF spread;                      // (2, lanes): entropy, participation ratio
};

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
  const kernels::Level& level = kernels::level();
  const auto add_samples = weighting == Weighting::piecewise ? level.walk_clipped : level.walk_softmax;
  LocalizationSums out(sampler.length());
  out.samples = samples;
  BridgeSampler::Block block(sampler);
  LaneSums sums(sampler.length());
  for (std::size_t first = 0; first < samples; first += bridge_block) {
    sampler.draw(stream.substream(first / bridge_block), block);
    sums.clear();
    // The last block may be needed in part.
    const std::size_t wanted = std::min(bridge_block, samples - first);
    for (std::size_t i = 0; i < wanted; i += bridge_lanes) {
      float counted[bridge_lanes];
      for (std::size_t l = 0; l < bridge_lanes; ++l) counted[l] = i + l < wanted ? 1.0f : 0.0f;
      add_samples(block.walk(), i / bridge_lanes, sums.walk(counted));
    }
    sums.add_to(out);
  }
  return out;
}

}  // namespace qklab
