// Random query-key matrices W with a prescribed eigenspectrum, whole and as factors W_q, W_k.
//
// Randomness comes from the stream given, which is not advanced: the same stream gives the same matrix.
// Take stream.substream(i) for one of several.
#pragma once

#include "core/base/array.hpp"
#include "core/base/stream.hpp"
#include "core/spectrum/sample.hpp"
#include "core/spectrum/statistics.hpp"

namespace qklab {

// (rows, columns), rows >= columns >= 1, with orthonormal columns, uniformly distributed (Haar): the QR
// decomposition of a Gaussian matrix with the signs of R's diagonal made positive (Mezzadri 2007, Notices of
// the AMS 54, 592).
Matrix haar_orthonormal(std::size_t rows, std::size_t columns, const Stream& stream);

// Q diag(l) Q^T, exactly symmetric, for Q (d, h) with orthonormal columns and l (h). With h < d the other
// d - h eigenvalues are 0.
Matrix matrix_with_eigenvalues(const Matrix& q, const Vector& l);

// A spectrum to be drawn. Errors as those of sample_eigenvalues.
struct Spectrum {
  double mean = 0;
  double variance = 1;
  Choice<SpectrumShape> shape = "gaussian";
};

// Symmetric W (d, d) = Q diag(l) Q^T with Q Haar and l of the given spectrum.
Matrix symmetric_matrix(std::size_t d, const Spectrum& spectrum, const Stream& stream);

// W = S + A with S symmetric and A antisymmetric, so that tr(W) / d = mean and tr(W^2) / d - mean^2 =
// variance hold as they do for a symmetric W. A is Gaussian with tr(A A^T) / d = asymmetry * variance, and S
// has the given shape with variance (1 + asymmetry) * variance, since tr(A^2) = -tr(A A^T). The Frobenius
// twin of the variance is then (1 + 2 asymmetry) * variance. asymmetry >= 0; 0 gives symmetric_matrix. Throws
// Error where d = 1 and asymmetry * variance > 0.
Matrix nonsymmetric_matrix(std::size_t d, const Spectrum& spectrum, double asymmetry, const Stream& stream);

// One head's W_q and W_k, both (d, h), with W = W_q W_k^T and logits x W_q (y W_k)^T of a query token x and a
// key token y.
//
// For a head narrower than the model (h < d) at least d - h eigenvalues of W are 0 whatever the weights. The
// head's eigenspectrum means the other h: the spectrum of W_k^T W_q (h, h), which has the same non-zero
// eigenvalues as W. Its mean and variance are over these h, so they do not depend on d; at h = d they are
// those of W.
struct Factors {
  Matrix query;
  Matrix key;
};

// W_q = Q |L|^(1/2), W_k = Q sign(L) |L|^(1/2), so that W = Q diag(l) Q^T and W_k^T W_q = diag(l).
Factors factors_with_eigenvalues(const Matrix& q, const Vector& l);

// Q (d, head_width) Haar and head_width eigenvalues of the given spectrum; 1 <= head_width <= d.
Factors symmetric_factors(std::size_t d, std::size_t head_width, const Spectrum& spectrum,
                          const Stream& stream);

// The same for one of several heads that share W_k: W_k = Q, which is of the stream `shared` alone, and
// W_q = Q diag(l).
Factors symmetric_factors_of_shared_key(std::size_t d, std::size_t head_width, const Spectrum& spectrum,
                                        const Stream& own, const Stream& shared);

Matrix product(const Factors& factors);  // W = W_q W_k^T (d, d)
Matrix reduced(
    const Factors& factors);  // W_k^T W_q (h, h), with the eigenvalues of W that are not 0 by necessity

// Of W, the h singular values that are not 0 by necessity, descending: roots of the eigenvalues of R^T (W_k^T W_k) R with
// R R^T = W_q^T W_q, so that d enters two products alone. Those below 1e-8 of the largest are rounding. NaN where an entry
// is not finite.
Vector singular_values(const Factors& factors);

// Of the head's eigenspectrum: with M = W_k^T W_q, mean = tr(M) / h and variance = tr(M^2) / h - mean^2;
// frobenius_variance = tr(W W^T) / h - mean^2, and spectral_norm is W's.
SpectrumStatistics spectrum_statistics(const Factors& factors);

}  // namespace qklab
