// BERT and RoBERTa as Hugging Face stores them. Norms stand behind each part, so that attention reads the norm of the
// layer before, or of the embeddings.
#include "core/schema/plugin.hpp"
#include "core/weights/layouts/layout.hpp"

namespace qklab::weights {
namespace {

void add_bert() {
  Registry<LayoutKind>::all().add(
      {.name = "bert",
       .doc = "BERT and RoBERTa of Hugging Face: separate q and k, with biases",
       .place = 3,
       .mappings = {{.query = "encoder.layer.{layer}.attention.self.query.weight",
                     .key = "encoder.layer.{layer}.attention.self.key.weight",
                     .query_bias = "encoder.layer.{layer}.attention.self.query.bias",
                     .key_bias = "encoder.layer.{layer}.attention.self.key.bias",
                     .norm = "encoder.layer.{previous}.output.LayerNorm.weight",
                     .norm_bias = "encoder.layer.{previous}.output.LayerNorm.bias",
                     .first_norm = "embeddings.LayerNorm.weight",
                     .first_norm_bias = "embeddings.LayerNorm.bias"}}});
}

}  // namespace

QKLAB_REGISTER(add_bert)

}  // namespace qklab::weights
