#include "core/theory/token_similarity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"

using namespace qklab;

namespace {

Matrix gaussian(std::size_t rows, std::size_t columns, double variance, Stream random) {
  Matrix x = xt::empty<double>({rows, columns});
  for (double& entry : x) entry = std::sqrt(variance) * random.normal();
  return x;
}

// The sum of all tokens, as a matrix with one row.
Matrix total(const Matrix& x) {
  Matrix row = xt::zeros<double>({std::size_t{1}, x.shape(1)});
  for (std::size_t t = 0; t < x.shape(0); ++t) {
    for (std::size_t k = 0; k < x.shape(1); ++k) row(0, k) += x(t, k);
  }
  return row;
}

// The mean cosine over pairs, computed from sums: |sum x|^2 is the sum of all products.
double cosine(const Matrix& x) {
  const Matrix sum = total(x);
  const double squares = xt::sum(x * x)(), all = xt::sum(sum * sum)();
  return (all - squares) / (static_cast<double>(x.shape(0)) - 1) / squares;
}

void normalize(Matrix& x) { x *= std::sqrt(static_cast<double>(x.size()) / xt::sum(x * x)()); }

}  // namespace

TEST_CASE("token similarity: the recursion against a wide network with uniform attention") {
  const std::size_t length = 10, dim = 1200;
  const Stream random(7, 0, "similarity");
  for (const auto norm : {SimilarityNorm::none, SimilarityNorm::pre, SimilarityNorm::post}) {
    Matrix x = gaussian(length, dim, 1, random.substream(0));
    const auto theory = uniform_attention_cosine(4, length, 0.7, norm, cosine(x));
    for (std::size_t l = 0; l <= 4; ++l) {
      CHECK(std::abs(cosine(x) - theory[l]) <= 0.03);
      Matrix seen = x;
      if (norm == SimilarityNorm::pre) normalize(seen);
      const Matrix mean = total(seen) / static_cast<double>(length);
      const Matrix added = xt::linalg::dot(mean, gaussian(dim, dim, 1.0 / dim, random.substream(10 + l)));
      for (std::size_t t = 0; t < length; ++t) {
        for (std::size_t k = 0; k < dim; ++k) x(t, k) += 0.7 * added(0, k);
      }
      if (norm == SimilarityNorm::post) normalize(x);
    }
  }
}

TEST_CASE("token similarity: plain branches collapse, scaled ones do not at any depth") {
  const auto plain = uniform_attention_cosine(60, 32, 1, SimilarityNorm::post);
  CHECK(1 - plain.back() <= 1e-10);
  for (const std::size_t depth : {10u, 100u, 1000u}) {
    const double scale = 1 / std::sqrt(static_cast<double>(depth));
    CHECK(uniform_attention_cosine(depth, 32, scale, SimilarityNorm::post).back() <= 0.1);
  }
}
