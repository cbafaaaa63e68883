// The differentiable operations. Each checks shapes while recording and throws Error naming itself and
// what it got, "[matmul] got (3,4) x (5,6): ..."; its rule, forward beside backward, is in *.cpp, and
// the loops are in core/kernels. Gradients are exact derivatives of what is computed, checked against
// finite differences, except where a docstring says otherwise.
//
// Broadcasting, the only kind there is: the second operand of add, sub, mul and div may have the shape of
// the first one's last axes and is then used for all leading ones. So (B,T,D) takes a bias (D), positions
// (T,D) or a scalar (), and scores (B,H,T,T) take a mask (T,T).
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/autodiff/tape.hpp"
#include "core/base/stream.hpp"
#include "core/kernels/mask.hpp"

namespace qklab::kernels {
struct Drop;
}

namespace qklab::autodiff {

// --- Elementwise (elementwise.cpp) ---
template <class T> Tensor<T> add(Tensor<T> a, Tensor<T> b);
template <class T> Tensor<T> sub(Tensor<T> a, Tensor<T> b);
template <class T> Tensor<T> mul(Tensor<T> a, Tensor<T> b);
template <class T> Tensor<T> div(Tensor<T> a, Tensor<T> b);
// factor x + offset.
template <class T> Tensor<T> affine(Tensor<T> x, double factor, double offset);
template <class T> Tensor<T> scale(Tensor<T> x, double factor);
// x^exponent; for x >= 0 unless the exponent is whole.
template <class T> Tensor<T> power(Tensor<T> x, double exponent);
template <class T> Tensor<T> exp(Tensor<T> x);
template <class T> Tensor<T> log(Tensor<T> x);
template <class T> Tensor<T> tanh(Tensor<T> x);
template <class T> Tensor<T> sigmoid(Tensor<T> x);
template <class T> Tensor<T> gelu(Tensor<T> x);  // x Phi(x), exact
template <class T> Tensor<T> relu(Tensor<T> x);  // slope 0 at 0

template <class T> Tensor<T> operator+(Tensor<T> a, Tensor<T> b) { return add(a, b); }
template <class T> Tensor<T> operator-(Tensor<T> a, Tensor<T> b) { return sub(a, b); }
template <class T> Tensor<T> operator*(Tensor<T> a, Tensor<T> b) { return mul(a, b); }

// --- Matrix product (matmul.cpp) ---
struct Product {
  bool transpose_a = false;  // of the last two axes
  bool transpose_b = false;
  double scale = 1;
};
// scale a b over the last two axes: (..., M, K) x (..., K, N) -> (..., M, N). Leading axes are equal, or
// one operand has none and is used with every matrix of the other.
template <class T> Tensor<T> matmul(Tensor<T> a, Tensor<T> b, Product product = {});

// y = f(x w^T + bias) + residual for a weight (out, in): (..., in) -> (..., out), in one pass.
template <class T> struct Linear {
  Tensor<T> bias{};      // (out), where given
  Tensor<T> residual{};  // of y's shape, where given
  bool gelu = false;     // f: GELU, else nothing
};
template <class T>
Tensor<T> linear(Tensor<T> x, Tensor<T> w, std::type_identity_t<Linear<T>> with = {});  // (linear.cpp)

// --- Attention weights over the last axis (attention.cpp) ---
// What a row of scores (..., T, S) may look at: what a Mask leaves it, S = T where that looks back; or with a
// tensor of shape (T,S), or more trailing axes, what is not 0 there. The rest gets weight 0 and counts as
// absent, so a row that may look at nothing is all zero. No gradient goes to the tensor.
template <class T> struct Sight {
  Mask mask{};
  Tensor<T> shown{};
  Sight(Mask rule = {}) : mask(rule) {}
  Sight(Tensor<T> given) : shown(given) {}
};

template <class T> Tensor<T> softmax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight = {});
// Euclidean projection on the simplex (Martins & Astudillo 2016).
template <class T> Tensor<T> sparsemax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight = {});
// clip((1/n)(1 + s - mean s), 0, 1) over the n visible scores (Bao, Hataya, Karakida 2024).
template <class T> Tensor<T> piecewise_softmax(Tensor<T> scores, std::type_identity_t<Sight<T>> sight = {});

// --- Gated linear attention (scan.cpp) ---
// Along axis T: S_t = S_{t-1} diag(gate_t) + v_t k_t^T, S (N,M), S_{-1} = 0, and y_t = S_t q_t.
// q, k (..., T, M), v (..., T, N), gate (..., T, M) or (..., T, 1) -> (..., T, N).
template <class T> Tensor<T> gated_scan(Tensor<T> q, Tensor<T> k, Tensor<T> v, Tensor<T> gate);

// --- Dropout (dropout.cpp) ---
// Numbers are 0 with a probability, else divided by what is left of 1. Which ones, follows from what `*stream` is at
// forward() and from `place`, which tells the ops of a graph apart: see core/kernels/fused/dropout.hpp. The stream must
// outlive the tape, and stay the same from forward() to backward().
struct Dropout {
  const Stream* stream = nullptr;  // null: nothing is dropped
  std::uint32_t threshold = 0;     // 2^32 times the probability
  std::int32_t place = 0;

  kernels::Drop of_rows(std::size_t length) const;
};
Dropout dropout_at(const Stream& stream, int place, double probability);
template <class T> Tensor<T> dropout(Tensor<T> x, Dropout how);

// softmax(scale q k^T) v of every head in one (attend.cpp). qkv (B,T,(H+2G)m) holds q of H heads, k and v of G groups of
// them side by side -> (B,T,Hm). What a causal mask hides is not computed; a window is left to softmax above. Weights are
// dropped as by dropout() of (B,H,T,T).
struct Attend {
  int heads = 1;
  int groups = 0;  // whose heads share keys and values; 0: as many as heads
  Mask mask{};
  double scale = 1;
  Dropout dropout{};
};
template <class T> Tensor<T> attend(Tensor<T> qkv, Attend how);

// --- Normalization over the last axis (layernorm.cpp) ---
// (x - mean) / sqrt(variance + epsilon), then times gain plus bias, both (D), where both are given.
template <class T>
Tensor<T> layer_norm(Tensor<T> x, std::type_identity_t<Tensor<T>> gain = {},
                     std::type_identity_t<Tensor<T>> bias = {}, double epsilon = 1e-5);
// gain x / sqrt(mean x^2 + epsilon), gain (D) (rmsnorm.cpp).
template <class T> Tensor<T> rms_norm(Tensor<T> x, Tensor<T> gain, double epsilon = 1e-5);

// --- Rotary positions (rotate.cpp) ---
// Of each row of x (..., T, C) the first `columns` are turned, m at a time: of these, numbers i and i + m/2 by the angle
// whose cosine and sine (T, m/2) are given. The rest stays. No gradient goes to the angles.
template <class T> Tensor<T> rotate(Tensor<T> x, Tensor<T> cosine, Tensor<T> sine, int columns);

// --- Rows of a table (embedding.cpp) ---
// table (V,D), ids (...) -> (..., D); or table (V,T,D), a row for each symbol and position, ids (..., T) ->
// (..., T, D). forward() throws Error where an id is outside 0 .. V-1.
template <class T> Tensor<T> embedding(Tensor<T> table, Indices<T> ids);
// a (V,D), b (T,D) -> (V,T,D): a_v + b_t.
template <class T> Tensor<T> outer_sum(Tensor<T> a, Tensor<T> b);

// --- Layout (layout.cpp) ---
template <class T> Tensor<T> reshape(Tensor<T> x, Shape shape);  // of equal size; shares memory with x
template <class T> Tensor<T> transpose(Tensor<T> x, int axis, int other);  // swaps two axes
template <class T>
Tensor<T> slice(Tensor<T> x, int axis, int begin, int end);  // indices begin .. end-1 along one axis
template <class T> Tensor<T> concat(const std::vector<Tensor<T>>& parts, int axis);

// --- Reductions and losses, all yielding a scalar (loss.cpp) ---
template <class T> Tensor<T> sum(Tensor<T> x);
template <class T> Tensor<T> mean(Tensor<T> x);
template <class T>
Tensor<T> mean_squared_error(Tensor<T> prediction, Tensor<T> target);  // mean of squares, equal shapes

inline constexpr std::int32_t ignored_target = -100;
// logits (..., V), targets (...): mean over the targets not ignored of -log softmax(logits)[target], in
// nats. forward() throws Error where a target is neither ignored nor in 0 .. V-1, and where all are ignored.
// smoothing: the share of each target's probability that is spread over all classes (Szegedy et al. 2016).
template <class T>
Tensor<T> cross_entropy(Tensor<T> logits, Indices<T> targets, std::int32_t ignore = ignored_target,
                        double smoothing = 0);

// --- Scalars of matrices, for regularizers (matrix.cpp) ---
template <class T> Tensor<T> trace(Tensor<T> w);            // (..., N, N) -> (...)
template <class T> Tensor<T> trace_of_square(Tensor<T> w);  // tr(w w), (..., N, N) -> (...)
// Largest singular value of w (M,N), by `steps` of power iteration a forward(), each of which continues from
// the last (Miyato et al. 2018). Gradient u v^T, exact once the iteration has converged.
template <class T> Tensor<T> spectral_norm(Tensor<T> w, int steps = 1);
// (1/p) sum |w|^p for p > 1, a scalar: the potential of p-norm mirror descent.
template <class T> Tensor<T> power_potential(Tensor<T> w, double p);

}  // namespace qklab::autodiff
