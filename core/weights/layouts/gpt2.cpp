// GPT-2 as Hugging Face stores it: queries, keys and values in one array c_attn (in, out).
#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

void add_gpt2() {
  Registry<LayoutKind>::all().add({.name = "gpt2",
                                   .doc = "GPT-2 of Hugging Face: one array c_attn (in, out) for q, k and v",
                                   .place = 1,
                                   .mappings = {{.fused = "h.{layer}.attn.c_attn.weight",
                                                 .fused_bias = "h.{layer}.attn.c_attn.bias",
                                                 .norm = "h.{layer}.ln_1.weight",
                                                 .norm_bias = "h.{layer}.ln_1.bias",
                                                 .is_out_in = false}}});
}

}  // namespace

QKLAB_REGISTER(add_gpt2)

}  // namespace qklab::weights
