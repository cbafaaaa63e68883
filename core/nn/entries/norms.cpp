// none, pre, post: where norms stand. What they do is the config's `normalization`.
#include "core/measure/forward_pass.hpp"
#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

Tokens normalized(const Tokens& tokens) { return layer_normalized(tokens); }
Tokens unchanged(const Tokens& tokens) { return tokens; }

void add_norms() {
  const auto apply = []<class T>(const Scope<T>& scope, const char* name, Tensor<T> x) {
    return normalized(scope, name, scope.config().normalization, scope.config().dim, x);
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

template <class T>
Tensor<T> normalized(const Scope<T>& scope, std::string_view name, Normalization how, int width,
                     Tensor<T> x) {
  if (how == Normalization::none) return x;
  const Scope<T> part = scope.in(name);
  const double epsilon = scope.config().norm_epsilon;
  const Tensor<T> weight = part.parameter("weight", {width});
  if (how == Normalization::rms) return rms_norm(x, weight, epsilon);
  return layer_norm(x, weight, part.parameter("bias", {width}), epsilon);
}

template Tensor<float> normalized(const Scope<float>&, std::string_view, Normalization, int, Tensor<float>);
template Tensor<double> normalized(const Scope<double>&, std::string_view, Normalization, int,
                                   Tensor<double>);

QKLAB_REGISTER(add_norms)

}  // namespace qklab::nn
