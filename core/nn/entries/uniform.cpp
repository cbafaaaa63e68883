// uniform: every token that is seen has the same weight, whatever queries and keys are. W_q and W_k get no
// gradient. What a model reaches with it needs no routing by content, which makes it a null model of claims
// about attention.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_uniform_attention() {
  Registry<AttentionKind>::all().add({.name = "uniform",
                                      .doc = "equal weights of sum 1, whatever the scores",
                                      .place = 6,
                                      .mix = weighing([]<class T>(const Scope<T>& scope, Tensor<T> s) {
                                        return softmax(affine(s, 0, 0), scope.config().mask);
                                      })});
}

}  // namespace

QKLAB_REGISTER(add_uniform_attention)

}  // namespace qklab::nn
