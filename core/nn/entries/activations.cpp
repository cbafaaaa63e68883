// gelu, gelu_tanh, relu, silu.
#include <cmath>
#include <numbers>

#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

// GELU by the tangent that its authors give as an approximation (Hendrycks & Gimpel 2016):
// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
template <class T> Tensor<T> gelu_by_tanh(Tensor<T> x) {
  const double slope = std::sqrt(2 / std::numbers::pi);
  const Tensor<T> inner = x * affine(x * x, 0.044715 * slope, slope);
  return x * affine(tanh(inner), 0.5, 0.5);
}

void add_activations() {
  Registry<ActivationKind>::all().add({.name = "gelu",
                                       .doc = "x Phi(x), Phi the normal distribution function",
                                       .place = 0,
                                       .apply = []<class T>(Tensor<T> x) { return gelu(x); },
                                       .by_linear = true});
  Registry<ActivationKind>::all().add({.name = "gelu_tanh",
                                       .doc = "gelu, approximated by a hyperbolic tangent",
                                       .place = 1,
                                       .apply = []<class T>(Tensor<T> x) { return gelu_by_tanh(x); }});
  Registry<ActivationKind>::all().add(
      {.name = "relu", .doc = "max(x, 0)", .place = 2, .apply = []<class T>(Tensor<T> x) {
         return relu(x);
       }});
  Registry<ActivationKind>::all().add({.name = "silu",
                                       .doc = "x sigmoid(x), also called swish; with gated_mlp: SwiGLU",
                                       .place = 3,
                                       .apply = []<class T>(Tensor<T> x) { return x * sigmoid(x); }});
}

}  // namespace

QKLAB_REGISTER(add_activations)

}  // namespace qklab::nn
