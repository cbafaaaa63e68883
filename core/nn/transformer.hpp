// The whole model on a tape:
//
//     Tape<float> tape;
//     Transformer<float> model(tape, config, batch);
//     auto targets = tape.indices({batch, config.length});
//     auto loss = cross_entropy(model.output, targets);
//     initialize(model, {}, stream);
//     fill(model.tokens.value()); ...; tape.forward(); tape.backward(loss);
//
// Parameters, in the order of use and as PyTorch would name them, each weight (out, in):
//   embedding.weight   tokens (vocabulary, dim); vectors (dim, features)
//   position.weight    (max_length, dim)
//   blocks.N.ln1.{weight,bias}, blocks.N.attn.{q,k,v,o}.{weight,bias} (or attn.qk.weight for q and k),
//   blocks.N.attn.{q_norm,k_norm}.{weight,bias}, (dim / heads), with qk_norm
//   blocks.N.ln2.{weight,bias}, blocks.N.mlp.{fc1,gate,fc2}.{weight,bias}
//   ln.{weight,bias}   with norm pre
//   head.{weight,bias} (outputs, dim), (outputs); the weight unless it is the embedding's
// Biases are there where the config has them, and RMS norms have none.
// A second graph, for another batch or to be read, shares numbers by copying tape.parameters(), which is
// laid out alike in every graph of a config.
#pragma once

#include <vector>

#include "core/nn/block.hpp"

namespace qklab::nn {

// Training leaves it open how attention is computed. Reading keeps attention weights, so that `diagnose`
// can see them; outputs and gradients are the same up to rounding.
enum class Use { training, reading };

// Whether outputs are computed, or left to who needs no more than their loss: autodiff::head_loss of `last` and `head`.
enum class Output { computed, left_out };

template <class T> struct Transformer {
  // Records the model; throws InputError where the config has problems or batch is less than 1.
  Transformer(Tape<T>& tape, const ModelConfig& config, int batch, Use use = Use::training,
              Output outputs = Output::computed);
  Transformer(const Transformer&) = delete;
  Transformer& operator=(const Transformer&) = delete;

  Tape<T>& tape;
  const ModelConfig config;
  const int batch;

  Indices<T> tokens;   // (batch, length), with vocabulary > 0
  Tensor<T> features;  // (batch, length, features), otherwise
  Tensor<T> embedded;  // (batch, length, dim): what the first block gets
  std::vector<Layer<T>> layers;
  Tensor<T> last;    // (batch, length, dim): what the head maps
  Map<T> head;       // weight (outputs, dim); bias (outputs), without tape where there is none
  Tensor<T> output;  // (batch, length, outputs); without tape where it is left out

  std::vector<SpectralWeight<T>> spectral;  // with sigma-Reparam
  // Which numbers are dropped follows from this stream, which is another one for each batch. See Scope::dropout_of.
  Stream masks{0, 0, "masks"};
};

}  // namespace qklab::nn
