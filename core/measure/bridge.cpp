#include "core/measure/bridge.hpp"

#include "core/kernels/gemm.hpp"
#include "core/kernels/level.hpp"
#include "core/kernels/normal.hpp"

namespace qklab {

static_assert(bridge_lanes == kernels::walk_lanes && bridge_block % (4 * bridge_lanes) == 0);
static_assert(bridge_block % kernels::normal_group<float> == 0);

BridgeSampler::BridgeSampler(const Matrix& w, std::size_t length, double temperature)
    : w_(w / temperature), length_(length) {}

BridgeSampler::Block::Block(const BridgeSampler& sampler)
    : logits({bridge_block / bridge_lanes, sampler.length(), bridge_lanes}),
      x({sampler.dim(), bridge_block}),
      u({sampler.dim(), bridge_block}),
      forms(VectorF::from_shape({bridge_block})),
      norms(VectorF::from_shape({bridge_block})) {}

kernels::WalkBlock BridgeSampler::Block::walk() {
  return {x.shape(0), logits.shape(1), bridge_block, x.data(),
          u.data(),   forms.data(),    norms.data(), logits.data()};
}

void BridgeSampler::draw(const Stream& stream, Block& block) const {
  kernels::fill_normal(stream, 0, block.x.size(), block.x.data());
  kernels::fill_normal(stream, block.x.size() / kernels::normal_group<float>, block.logits.size(),
                       block.logits.data());
  const auto d = static_cast<int>(dim()), n = static_cast<int>(bridge_block);
  kernels::gemm(false, false, d, n, d, 1.0f, w_.data(), d, block.x.data(), n, 0.0f, block.u.data(), n);
  kernels::level().walk_logits(block.walk());
  if (length_ == 1) block.logits.fill(0.0f);  // which rounding would only approach
}

}  // namespace qklab
