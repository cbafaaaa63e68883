// sigmoid: sigmoid(s - log T) (Ramapuram et al. 2024); rows need not sum to 1.
#include "core/base/elementary.hpp"
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_sigmoid_attention() {
  Registry<AttentionKind>::all().add({.name = "sigmoid",
                                      .doc = "sigmoid(score - log T); rows need not sum to 1",
                                      .place = 3,
                                      .mix = weighing([]<class T>(const Scope<T>& scope, Tensor<T> s) {
                                        const double length = scope.config().length;
                                        return cut(scope, sigmoid(affine(s, 1, -elementary::log(length))));
                                      })});
}

}  // namespace

QKLAB_REGISTER(add_sigmoid_attention)

}  // namespace qklab::nn
