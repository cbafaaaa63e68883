// The scores of a query in one attention layer, from the eigenspectrum of its query-key matrix.
//
// Tokens are independent and uniform on the sphere |x|^2 = d (normalized), or independent standard normal
// vectors. W is symmetric with eigenvalues l, of which m_k is the mean of the k-th power, and independent of
// the tokens; scores are x_t^T W x / temperature. Given the query x, its scores on other tokens are independent
// products of W x with vectors on the sphere (or normal ones), so each follows a ScoreLaw of variance v. v and
// the score on itself s are quadratic forms in x. In units of d / temperature^2 and sqrt(d) / temperature:
//     E v = m_2,              Var v  = 2 (m_4 - c m_2^2) / (d + 2 c)
//     E s = sqrt(d) m_1,      Var s  = 2 (m_2 - c m_1^2) d / (d + 2 c)
//     Cov(v, s) = 2 (m_3 - c m_1 m_2) sqrt(d) / (d + 2 c),        c = 1 on the sphere, 0 for normal tokens
#pragma once

#include "core/base/array.hpp"
#include "core/theory/scores/random_energy.hpp"

namespace qklab {

// Means of powers of eigenvalues.
struct SpectrumMoments {
  double first = 0, second = 0, third = 0, fourth = 0;
};
SpectrumMoments moments_of(const Vector& eigenvalues);  // NaN where there are none
SpectrumMoments normal_moments(double mean, double variance);

struct AttentionSetting {
  std::size_t dim = 64;
  std::size_t length = 64;
  double temperature = 8;
  bool causal = false;
  bool normalized = true;  // otherwise normal tokens
  bool spread = true;      // whether v differs from query to query; otherwise all have its mean
};

// Without the spread: of a query whose v is the mean.
PlantedScores query_scores(const SpectrumMoments& spectrum, const AttentionSetting& setting);

// The mean over queries of one layer. The spread of v is taken as log-normal with the exact variance, and the
// planted score as normal given v, with the exact covariance. Throws Error for a setting of 0 or moments that
// no spectrum has.
RandomEnergy attention_theory(const SpectrumMoments& spectrum, const AttentionSetting& setting);

}  // namespace qklab
