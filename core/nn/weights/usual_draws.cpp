// xavier (Glorot & Bengio 2010), and gpt2 (Radford et al. 2019): how weights of the blocks are drawn elsewhere.
#include <cmath>

#include "core/nn/weights/initialize.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

bool is_block_weight(std::string_view name) {
  return name.starts_with("blocks.") && name.ends_with(".weight");
}

// Uniform, of variance gain^2 2 / (in + out). The gain is that of queries, keys and values: fairseq has 1/sqrt(2), since
// all three are one matrix to it.
template <class T>
void draw_xavier(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                 const Initialization& how, Stream stream) {
  const Shape shape = parameter.shape();
  if (!is_block_weight(name) || shape.rank() != 2) return draw_standard(model, name, parameter, how, stream);
  const bool is_combined = name.ends_with(".qk.weight");
  const bool reads = is_combined || name.ends_with(".q.weight") || name.ends_with(".k.weight") ||
                     name.ends_with(".v.weight");
  const double gain = reads ? how.kind.real("xavier.gain") : 1;
  const int out = is_combined ? shape[0] / model.config.heads : shape[0];
  const double bound = gain * std::sqrt(6.0 / (shape[1] + out));
  for (T& x : parameter.value()) x = static_cast<T>(bound * (2 * stream.uniform() - 1));
}

// Normal of one standard deviation, embedding, positions and head included; what is added to the residual stream has this
// over sqrt(2 layers).
template <class T>
void draw_gpt2(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
               const Initialization& how, Stream stream) {
  if (parameter.shape().rank() != 2) return draw_standard(model, name, parameter, how, stream);
  const bool adds = is_block_weight(name) && (name.ends_with(".o.weight") || name.ends_with(".fc2.weight"));
  const double deviation =
      how.kind.real("gpt2.deviation") / (adds ? std::sqrt(2.0 * model.config.layers) : 1);
  for (T& x : parameter.value()) x = static_cast<T>(deviation * stream.normal());
}

void add_usual_draws() {
  Registry<InitializationKind>::all().add(
      {.name = "xavier",
       .doc = "weights of the blocks uniform, of variance 2 over the sum of inputs and outputs",
       .place = 2,
       .parameters = {real("xavier.gain", 1.0, "factor of the weights of queries, keys and values").above(0)},
       .draw = []<class T>(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                           const Initialization& how,
                           Stream stream) { draw_xavier(model, name, parameter, how, stream); }});
  Registry<InitializationKind>::all().add(
      {.name = "gpt2",
       .doc = "all weights normal, of one small deviation",
       .place = 3,
       .parameters = {real("gpt2.deviation", 0.02, "standard deviation of weights").above(0)},
       .draw = []<class T>(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                           const Initialization& how,
                           Stream stream) { draw_gpt2(model, name, parameter, how, stream); }});
}

}  // namespace

QKLAB_REGISTER(add_usual_draws)

}  // namespace qklab::nn
