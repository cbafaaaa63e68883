#include "core/theory/token_similarity.hpp"

namespace qklab {

std::vector<double> uniform_attention_cosine(std::size_t depth, double length, double residual_scale,
                                             SimilarityNorm norm, double start) {
  double q = 1, c = start;
  std::vector<double> cosine = {c / q};
  for (std::size_t layer = 0; layer < depth; ++layer) {
    const double read = norm == SimilarityNorm::pre ? 1 / q : 1;  // attention sees tokens of q = 1
    const double added = residual_scale * residual_scale * read * (q + (length - 1) * c) / length;
    q += added;
    c += added;
    if (norm == SimilarityNorm::post) {
      c /= q;
      q = 1;
    }
    cosine.push_back(c / q);
  }
  return cosine;
}

}  // namespace qklab
