// fairseq, and the models of Hugging Face that came from it (OPT, BART): separate arrays with biases, or the one array of
// PyTorch's MultiheadAttention. The norm that is folded in is self_attn_layer_norm, which attention reads where norms
// stand before each part; the names do not tell whether they stand there or behind.
#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

void add_fairseq() {
  const Mapping separate = {.query = "layers.{layer}.self_attn.q_proj.weight",
                            .key = "layers.{layer}.self_attn.k_proj.weight",
                            .query_bias = "layers.{layer}.self_attn.q_proj.bias",
                            .key_bias = "layers.{layer}.self_attn.k_proj.bias",
                            .norm = "layers.{layer}.self_attn_layer_norm.weight",
                            .norm_bias = "layers.{layer}.self_attn_layer_norm.bias",
                            .mark = "layers.{layer}.self_attn_layer_norm.weight"};
  Mapping fused = separate;
  fused.query = fused.key = fused.query_bias = fused.key_bias = "";
  fused.fused = "layers.{layer}.self_attn.in_proj_weight";
  fused.fused_bias = "layers.{layer}.self_attn.in_proj_bias";
  Registry<LayoutKind>::all().add(
      {.name = "fairseq",
       .doc = "fairseq, OPT, BART: separate q and k, with biases; or in_proj_weight",
       .place = 5,
       .mappings = {separate, fused}});
}

}  // namespace

QKLAB_REGISTER(add_fairseq)

}  // namespace qklab::weights
