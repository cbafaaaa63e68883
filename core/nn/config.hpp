// What a model is: every choice of architecture, as plain data.
#pragma once

#include <string>
#include <vector>

#include "core/kernels/mask.hpp"
#include "core/schema/choice.hpp"
#include "core/schema/named.hpp"

namespace qklab::nn {

struct ActivationKind;  // see kinds.hpp
struct AttentionKind;
struct NormKind;
struct PositionsKind;

enum class Gate { scalar, vector };  // of gated_linear: one g a head, or one for each key coordinate
inline constexpr std::array<Named<Gate>, 2> gates = {{{"scalar", Gate::scalar}, {"vector", Gate::vector}}};
// What norms do with a token: less its mean, over its standard deviation, with gain and bias (Ba et al. 2016); or over
// its root mean square, with gain (Zhang & Sennrich 2019).
enum class Normalization { none, layer, rms };
inline constexpr std::array<Named<Normalization>, 2> normalizations = {
    {{"layer", Normalization::layer}, {"rms", Normalization::rms}}};
inline constexpr std::array<Named<Normalization>, 3> query_key_norms = {
    {{"none", Normalization::none}, {"layer", Normalization::layer}, {"rms", Normalization::rms}}};
// Probabilities with which numbers are set to 0 in training: of what the first block reads; of attention weights; of what
// attention and MLP add to the residual stream.
struct DropoutConfig {
  double embedding = 0, attention = 0, residual = 0;
};
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
  Choice<NormKind> norm = "pre";  // pre: of f's input, and once more before the head; post: of the sum
  Normalization normalization = Normalization::layer;
  double norm_epsilon = 1e-5;                   // added to the variance or the mean square
  Normalization qk_norm = Normalization::none;  // of each head's queries and keys (Henry et al. 2020)
  Mask mask;
  Choice<AttentionKind> attention = "softmax";
  Gate gate = Gate::scalar;
  Choice<PositionsKind> positions = "learned";
  bool combined = false;     // one dim x dim matrix a head rather than W_q and W_k
  int key_groups = 0;        // of heads that share keys and values (Ainslie et al. 2023); 0: none do
  double attention_cap = 0;  // scores s become cap tanh(s / cap); 0: stay
  double logit_cap = 0;      // and so does the output
  Choice<ActivationKind> activation = "gelu";  // of the MLP
  bool gated_mlp = false;  // W_2 (f(W_g x) * W_1 x) instead of W_2 f(W_1 x) (Shazeer 2020)
  bool attention_bias = false, mlp_bias = true, head_bias = false;
  bool tied = false;           // the embedding is the head's weight as well
  double embedding_scale = 1;  // factor of a token's row of the embedding where it enters
  DropoutConfig dropout = {};
  Reparametrization reparametrization = Reparametrization::none;
  // Of W_q, W_k and W_v: each is W + B A with A (rank, in) and B (out, rank), which begins at 0 (Hu et al. 2022, LoRA); 0:
  // none. What is trained is for the optimizer's rates to say.
  int adapter_rank = 0;

  int head_width() const { return dim / heads; }
  int groups() const { return key_groups > 0 ? key_groups : heads; }  // of keys
};

// What is wrong with a config, each message saying what to change; empty if nothing is.
std::vector<std::string> problems(const ModelConfig& config);

// Throws InputError with every problem, one a line.
void validate(const ModelConfig& config);

}  // namespace qklab::nn
