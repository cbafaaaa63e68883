// LLaMA and its descendants (Mistral, Qwen 2) as Hugging Face stores them: separate arrays, keys shared by groups of
// heads, rotary positions, RMS norm.
#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

void add_llama() {
  Registry<LayoutKind>::all().add(
      {.name = "llama",
       .doc = "LLaMA, Mistral, Qwen 2 of Hugging Face: separate q and k, grouped keys, rotary",
       .place = 2,
       .mappings = {{.query = "layers.{layer}.self_attn.q_proj.weight",
                     .key = "layers.{layer}.self_attn.k_proj.weight",
                     .query_bias = "layers.{layer}.self_attn.q_proj.bias",
                     .key_bias = "layers.{layer}.self_attn.k_proj.bias",
                     .norm = "layers.{layer}.input_layernorm.weight",
                     .mark = "layers.{layer}.input_layernorm.weight",
                     .is_rotary = true}}});
}

}  // namespace

QKLAB_REGISTER(add_llama)

}  // namespace qklab::weights
