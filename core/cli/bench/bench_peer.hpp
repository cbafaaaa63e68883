// PyTorch's training step, in a process of its own that waits while we measure.
#pragma once

#include <cstdio>

#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

class Peer {
 public:
  explicit Peer(const StepShape& shape);  // throws Error where python3-torch is missing
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  double seconds_each(double window);  // of CPU time, of a step, over a window of that many seconds

 private:
  std::FILE *to_ = nullptr, *from_ = nullptr;
  int process_ = 0;
};

}  // namespace qklab
