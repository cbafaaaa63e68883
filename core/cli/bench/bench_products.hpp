// The floor of a training step: its dense matrix products and nothing else, through BLAS.
#pragma once

#include <cstddef>
#include <vector>

#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

// y (m,n) = a (m,k) b^T, `count` times, as the model's forward pass has it; with the two products of its
// backward pass, da = dy b and db = dy^T a, of the same cost.
struct DenseProduct {
  int m, n, k, count;
};

// Every product of the model: in each layer q, k, v and o by themselves, Q K^T and P V for each sequence and
// head as full T x T matrices, the MLP; and the head.
std::vector<DenseProduct> dense_products(const StepShape& shape);

class Products {
 public:
  explicit Products(const StepShape& shape);
  void run();            // all of them, forward and backward
  double flops() const;  // of one run

 private:
  std::vector<DenseProduct> list_;
  std::vector<float> a_, b_, y_, gradient_;  // as large as the largest product needs
};

}  // namespace qklab
