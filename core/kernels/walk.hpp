// Loops over blocks of samples of the Gaussian bridge (core/measure/bridge.hpp), a lane for each of 16
// samples.
#pragma once

#include <cstddef>

namespace qklab::kernels {

inline constexpr std::size_t walk_lanes = 16;

// x, u: (dim, samples), each sample's end of the walk and W times it; forms, norms: (samples), x . u and |u|;
// logits: (samples / 16, length, 16), normal numbers that become centred logits. samples: a multiple of 64.
struct WalkBlock {
  std::size_t dim, length, samples;
  const float *x, *u;
  float *forms, *norms, *logits;
};

// Sums over samples, a lane for each of 16: support, active, attention: (length, 16); entropy, participation:
// (16). A sample of `counted` 0 is left out, one of 1 is counted.
struct WalkSums {
  float *support, *active, *attention, *entropy, *participation;
  const float* counted;
};

}  // namespace qklab::kernels
