// The largest eigenvalue of a loss's Hessian in one block of parameters, the others held fixed.
#pragma once

#include "core/autodiff/tape.hpp"
#include "core/base/stream.hpp"

namespace qklab::autodiff {

struct Sharpness {
  double eigenvalue = 0;  // the largest one, with its sign
  double residual = 0;    // |H u - eigenvalue u| for its unit vector u: an eigenvalue of H is as near as that
  int products = 0;       // of the Hessian with a vector that it took
};

struct LanczosLimits {
  double tolerance =
      0.02;           // ends once the residual is at most this share of |eigenvalue|, whose error is then of
                      // the order of the square of the share
  int products = 40;  // or after as many
};

// Lanczos iteration with full reorthogonalization from a random vector, on products of the block's Hessian by central
// differences of gradients, at a distance of cbrt(epsilon of T) (1 + |block|): with T = double they are good to about
// nine digits. `block` is an index of tape.blocks(). Leaves parameters as found, but not the gradients. Throws Error
// where the block is not trainable.
template <class T>
Sharpness block_sharpness(Tape<T>& tape, Tensor<T> loss, std::size_t block, Stream start,
                          LanczosLimits limits = {});

}  // namespace qklab::autodiff
