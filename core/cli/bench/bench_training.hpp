// The training step that the benchmarks measure.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/autodiff/tape.hpp"
#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

class Training {
 public:
  explicit Training(const StepShape& shape);
  ~Training();
  void run();  // forward pass, backward pass, AdamW

  // Seconds a step for each op and for AdamW, the slowest first, measured over `steps` steps.
  std::vector<autodiff::Timing> profile(int steps);

  // Bytes of parameters, their gradients and the optimizer's state, and of the buffers that the tape has
  // planned.
  std::size_t planned_bytes() const;

 private:
  struct Model;
  std::unique_ptr<Model> model_;
};

}  // namespace qklab
