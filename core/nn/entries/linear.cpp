// linear: s / T; rows need not sum to 1.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_linear_attention() {
  Registry<AttentionKind>::all().add({.name = "linear",
                                      .doc = "score / T; rows need not sum to 1",
                                      .place = 4,
                                      .has_entropy = false,
                                      .mix = weighing([]<class T>(const Scope<T>& scope, Tensor<T> s) {
                                        return cut(scope, scale(s, 1.0 / scope.config().length));
                                      })});
}

}  // namespace

QKLAB_REGISTER(add_linear_attention)

}  // namespace qklab::nn
