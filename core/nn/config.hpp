// What a model is: every choice of architecture, as plain data.
#pragma once

#include <string>
#include <vector>

#include "core/kernels/mask.hpp"

namespace qklab::nn {

// How a row of scores s_1 .. s_T becomes weights. All but gated_linear weigh each token for itself.
enum class AttentionKind {
  softmax,
  sparsemax,     // Euclidean projection on the simplex (Martins & Astudillo 2016)
  piecewise,     // softmax's tangent at equal scores, clipped to [0, 1] (Bao, Hataya, Karakida 2024)
  sigmoid,       // sigmoid(s - log T) (Ramapuram et al. 2024); rows need not sum to 1
  linear,        // s / T; rows need not sum to 1
  gated_linear,  // S_t = S_{t-1} diag(g_t) + v_t k_t^T, o_t = S_t q_t / T (Yang et al. 2024)
};
enum class Norm { none, pre, post };
enum class Positions { none, learned };
enum class Gate { scalar, vector };  // of gated_linear: one g a head, or one for each key coordinate
enum class Reparametrization {
  none,
  sigma,  // every weight of the blocks is gamma W / ||W||_2 (Zhai et al. 2023)
  tame,   // each head's W_QK is gamma log(eta + 1e-6) W / sqrt(eta), eta = tr(W^2) (Tang et al. 2025)
};

struct ModelConfig {
  int vocabulary = 0;  // inputs are tokens 0 .. vocabulary-1; 0: they are vectors of width `features`
  int features = 0;    // width of vector inputs; 0 with tokens
  int outputs = 0;     // width of the output at each position
  int length = 0;      // tokens in a sequence
  int max_length = 0;  // rows of the table of positions; 0: length
  int dim = 0;         // width of the residual stream
  int heads = 1;       // each dim / heads wide
  int layers = 1;      // blocks; 0 leaves embedding and head
  int ffn = 0;         // hidden width of the MLP; 0: no MLP
  bool skip = true;    // x + residual_scale f(x), for attention and MLP; otherwise f(x)
  double residual_scale = 1;
  Norm norm = Norm::pre;  // pre: of f's input, and once more before the head; post: of the sum
  Mask mask;
  AttentionKind attention = AttentionKind::softmax;
  Gate gate = Gate::scalar;
  Positions positions = Positions::learned;
  bool combined = false;  // one dim x dim matrix a head rather than W_q and W_k
  Reparametrization reparametrization = Reparametrization::none;

  int head_width() const { return dim / heads; }
};

// What is wrong with a config, each message saying what to change; empty if nothing is.
std::vector<std::string> problems(const ModelConfig& config);

// Throws InputError with every problem, one a line.
void validate(const ModelConfig& config);

}  // namespace qklab::nn
