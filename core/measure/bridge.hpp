// Logits of random-walk tokens, sampled in blocks by way of a Gaussian bridge.
//
// Tokens x_t = z_1 + ... + z_t with z_s ~ N(0, I_d) independent, t = 1..T; the query is the last one; logits
// w_t = x_t^T W x_T. Given x_T, and with u = W x_T, the products g_s = z_s . u are jointly normal with mean
// x_T . u / T and covariance |u|^2 (delta_ss' - 1/T): equal in distribution to x_T . u / T + |u| (n_s - mean
// of n) with n_s ~ N(0, 1) independent, and w_t = g_1 + ... + g_t. A sample needs d + T normal numbers where
// the walk itself needs d T, and all samples of a block share one matrix product.
#pragma once

#include <xtensor/xtensor.hpp>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"
#include "core/kernels/walk.hpp"

namespace qklab {

// Samples of a block, and how many of them stand side by side in memory for SIMD. Fixed, so that results do
// not depend on the machine's vector width.
inline constexpr std::size_t bridge_block = 256, bridge_lanes = 16;

// Immutable: several threads may draw at once, each into its own Block.
class BridgeSampler {
 public:
  // W (d, d), length T >= 1, temperature > 0. Computes in single precision.
  BridgeSampler(const Matrix& w, std::size_t length, double temperature);

  struct Block {
    explicit Block(const BridgeSampler& sampler);

    // (w_t - mean_s w_s) / temperature of sample 16 g + l at (g, t, l).
    xt::xtensor<float, 3> logits;

    kernels::WalkBlock walk();

   private:
    friend class BridgeSampler;
    MatrixF x, u;          // (d, samples): x_T / sqrt(T), and W times that
    VectorF forms, norms;  // (samples): x . u and |u|
  };

  // Fills the block's logits with 256 samples, a function of the stream alone. Allocates nothing.
  void draw(const Stream& stream, Block& block) const;

  std::size_t dim() const { return w_.shape(0); }
  std::size_t length() const { return length_; }

 private:
  MatrixF w_;  // over the temperature
  std::size_t length_;
};

}  // namespace qklab
