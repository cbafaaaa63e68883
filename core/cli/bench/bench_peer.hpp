// Programs under bench/, in Python: what qklab is compared with, or measured by.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

// Runs `bench/<command>` and returns its output, which is JSON. Throws Error if it does not run.
nlohmann::json run_script(std::string_view command);

// PyTorch's training step, in a separate process that waits while qklab is measured.
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
