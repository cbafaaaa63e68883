// PyTorch's training step, in a separate process that waits while qklab is measured.
#pragma once

#include <cstdio>

#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

class Peer {
 public:
  explicit Peer(const StepShape& shape);  // throws Error if python3-torch is missing
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  double seconds_each(double window);  // CPU time per step, over a window of this many seconds

 private:
  std::FILE *to_ = nullptr, *from_ = nullptr;
  int process_ = 0;
};

}  // namespace qklab
