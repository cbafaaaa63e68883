// The training step that is measured.
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
  void run();  // forward, backward, AdamW

  // Seconds a step by op, the slowest first, over that many steps; AdamW among them.
  std::vector<autodiff::Timing> profile(int steps);

  // Bytes of parameters, their gradients and the optimizer's state, and of what the tape has planned.
  std::size_t planned_bytes() const;

 private:
  struct Model;
  std::unique_ptr<Model> model_;
};

}  // namespace qklab
