// none, pre, post: layer norm with "name.weight" and "name.bias" (dim), epsilon 1e-5, and where it stands.
#include "core/measure/forward_pass.hpp"
#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> scaled_layer_norm(const Scope<T>& scope, const char* name, Tensor<T> x) {
  const int dim = scope.config().dim;
  const Scope<T> part = scope.in(name);
  const Tensor<T> weight = part.parameter("weight", {dim}), bias = part.parameter("bias", {dim});
  return layer_norm(x, weight, bias, 1e-5);
}

Tokens normalized(const Tokens& tokens) { return layer_normalized(tokens); }
Tokens unchanged(const Tokens& tokens) { return tokens; }

void add_norms() {
  const auto apply = []<class T>(const Scope<T>& scope, const char* name, Tensor<T> x) {
    return scaled_layer_norm(scope, name, x);
  };
  Registry<NormKind>::all().add(
      {.name = "none", .doc = "no normalization", .place = 0, .of_tokens = unchanged});
  Registry<NormKind>::all().add({.name = "pre",
                                 .doc = "layer norm of what attention and MLP read, and before the head",
                                 .place = 1,
                                 .before = true,
                                 .apply = apply,
                                 .of_tokens = normalized});
  Registry<NormKind>::all().add({.name = "post",
                                 .doc = "layer norm of each sum with the residual stream",
                                 .place = 2,
                                 .after = true,
                                 .apply = apply,
                                 .of_tokens = normalized});
}

}  // namespace

QKLAB_REGISTER(add_norms)

}  // namespace qklab::nn
