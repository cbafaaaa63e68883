// The floor of a training step: only its dense matrix products, computed by BLAS.
#pragma once

#include <cstddef>
#include <vector>

#include "core/cli/bench/bench_shape.hpp"

namespace qklab {

// y (m,n) = a (m,k) b^T, `count` times, as in the model's forward pass; and the two products of its backward
// pass, da = dy b and db = dy^T a, which cost the same.
struct DenseProduct {
  int m, n, k, count;
};

// Every product of the model: in each layer the separate products for q, k, v and o, Q K^T and P V as full T
// x T matrices for each sequence and head, and the MLP; and the output head.
std::vector<DenseProduct> dense_products(const StepShape& shape);

class Products {
 public:
  explicit Products(const StepShape& shape);
  void run();            // all products, forward and backward
  double flops() const;  // floating-point operations of one run

 private:
  std::vector<DenseProduct> list_;
  std::vector<float> a_, b_, y_, gradient_;  // as large as the largest product needs
};

}  // namespace qklab
