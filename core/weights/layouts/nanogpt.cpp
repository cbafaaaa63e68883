// nanoGPT: the names of GPT-2, but linear layers of PyTorch, whose weights are (out, in).
#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

void add_nanogpt() {
  Registry<LayoutKind>::all().add({.name = "nanogpt",
                                   .doc = "nanoGPT: one array c_attn (out, in) for q, k and v",
                                   .place = 4,
                                   .mappings = {{.fused = "h.{layer}.attn.c_attn.weight",
                                                 .fused_bias = "h.{layer}.attn.c_attn.bias",
                                                 .norm = "h.{layer}.ln_1.weight",
                                                 .norm_bias = "h.{layer}.ln_1.bias"}}});
}

}  // namespace

QKLAB_REGISTER(add_nanogpt)

}  // namespace qklab::weights
