#include "core/theory/random_attention.hpp"

#include <cmath>

namespace qklab {

double weight_variance(double logit_variance) { return std::expm1(logit_variance); }

double attention_bulk_edge(double length, double logit_variance) {
  return 2 * std::sqrt(weight_variance(logit_variance) / length);
}

double product_edge(double factors) { return (factors + 1) * std::pow(1 + 1 / factors, factors); }

double bulk_stable_rank(double length, double factors) { return length / product_edge(factors); }

double outlier_stable_rank(double length, double logit_variance, double layers) {
  return 1 + length * std::pow(weight_variance(logit_variance) / length, layers);
}

double outlier_gram_excess(double length, double logit_variance, double layers, double factors) {
  const double square = weight_variance(logit_variance) / length;  // mean of a squared singular value
  return length * (factors + 1) * std::pow(square, 2 * layers);
}

}  // namespace qklab
