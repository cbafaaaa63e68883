#include "core/measure/bridge.hpp"

#include <array>
#include <cmath>
#include <xsimd/xsimd.hpp>

#include "core/kernels/gemm.hpp"
#include "core/kernels/normal.hpp"

namespace qklab {

namespace {

using Batch = xsimd::batch<float>;
static_assert(bridge_lanes % Batch::size == 0 && bridge_block % bridge_lanes == 0);
static_assert(bridge_block % kernels::normal_group<float> == 0);

}  // namespace

BridgeSampler::BridgeSampler(const Matrix& w, std::size_t length, double temperature)
    : w_(w / temperature), length_(length) {}

BridgeSampler::Block::Block(const BridgeSampler& sampler)
    : logits({bridge_block / bridge_lanes, sampler.length(), bridge_lanes}),
      x({sampler.dim(), bridge_block}),
      u({sampler.dim(), bridge_block}),
      forms(VectorF::from_shape({bridge_block})),
      norms(VectorF::from_shape({bridge_block})) {}

void BridgeSampler::draw(const Stream& stream, Block& block) const {
  kernels::fill_normal(stream, 0, block.x.size(), block.x.data());
  kernels::fill_normal(stream, block.x.size() / kernels::normal_group<float>, block.logits.size(),
                       block.logits.data());
  const auto d = static_cast<int>(dim()), n = static_cast<int>(bridge_block);
  kernels::gemm(false, false, d, n, d, 1.0f, w_.data(), d, block.x.data(), n, 0.0f, block.u.data(), n);
  column_products(block);
  bridge(block);
}

// x . u and |u| of each column. A strip of columns at a time: its running sums fill the registers.
void BridgeSampler::column_products(Block& block) const {
  constexpr std::size_t batches = 4, strip = batches * Batch::size;
  for (std::size_t column = 0; column < bridge_block; column += strip) {
    std::array<Batch, batches> forms{}, squares{};
    forms.fill(Batch(0.0f));
    squares.fill(Batch(0.0f));
    for (std::size_t i = 0; i < dim(); ++i) {
      const float* x = &block.x(i, column);
      const float* u = &block.u(i, column);
      for (std::size_t b = 0; b < batches; ++b) {
        const Batch xi = Batch::load_unaligned(x + b * Batch::size);
        const Batch ui = Batch::load_unaligned(u + b * Batch::size);
        forms[b] = xsimd::fma(xi, ui, forms[b]);
        squares[b] = xsimd::fma(ui, ui, squares[b]);
      }
    }
    for (std::size_t b = 0; b < batches; ++b) {
      forms[b].store_unaligned(&block.forms(column + b * Batch::size));
      xsimd::sqrt(squares[b]).store_unaligned(&block.norms(column + b * Batch::size));
    }
  }
}

// Turns the normal numbers n_t in `logits` into centred logits. With C_t = n_1 + ... + n_t, the walk's end
// x_T = sqrt(T) x and u as stored (of x, not of x_T):
//     w_t - mean w = sqrt(T) |u| (C_t - mean C) + (x . u - |u| C_T / sqrt(T)) (t - (T + 1) / 2).
void BridgeSampler::bridge(Block& block) const {
  if (length_ == 1) return block.logits.fill(0.0f);  // which rounding would only approach
  const auto T = static_cast<float>(length_);
  const float root = std::sqrt(T), middle = (T + 1) / 2;
  for (std::size_t first = 0; first < bridge_block; first += Batch::size) {
    float* const column = &block.logits(first / bridge_lanes, 0, first % bridge_lanes);
    Batch running(0.0f), total(0.0f);
    for (std::size_t t = 0; t < length_; ++t) {
      float* const at = column + t * bridge_lanes;
      running += Batch::load_unaligned(at);
      total += running;
      running.store_unaligned(at);
    }
    const Batch norm = Batch::load_unaligned(&block.norms(first));
    const Batch scale = root * norm;
    const Batch slope = Batch::load_unaligned(&block.forms(first)) - norm * running * (1 / root);
    // Everything that does not depend on t.
    const Batch offset = -(scale * total * (1 / T) + slope * middle);
    Batch place(1.0f);
    for (std::size_t t = 0; t < length_; ++t, place += 1.0f) {
      float* const at = column + t * bridge_lanes;
      const Batch centred = xsimd::fma(scale, Batch::load_unaligned(at), xsimd::fma(slope, place, offset));
      centred.store_unaligned(at);
    }
  }
}

}  // namespace qklab
