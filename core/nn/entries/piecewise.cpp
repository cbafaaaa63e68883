// piecewise: softmax's tangent at equal scores, clipped to [0, 1] (Bao, Hataya, Karakida 2024).
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_piecewise() {
  Registry<AttentionKind>::all().add({.name = "piecewise",
                                      .doc = "softmax's tangent at equal scores, clipped to [0, 1]",
                                      .place = 2,
                                      .mix = weighing([]<class T>(const Scope<T>& scope, Tensor<T> s) {
                                        return piecewise_softmax(s, scope.config().mask);
                                      })});
}

}  // namespace

QKLAB_REGISTER(add_piecewise)

}  // namespace qklab::nn
