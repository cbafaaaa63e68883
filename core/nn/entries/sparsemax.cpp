// sparsemax: the Euclidean projection on the simplex (Martins & Astudillo 2016).
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_sparsemax() {
  Registry<AttentionKind>::all().add(
      {.name = "sparsemax",
       .doc = "the scores' Euclidean projection on weights of sum 1, many of them 0",
       .place = 1,
       .mix = weighing(
           []<class T>(const Scope<T>& scope, Tensor<T> s) { return sparsemax(s, scope.config().mask); })});
}

}  // namespace

QKLAB_REGISTER(add_sparsemax)

}  // namespace qklab::nn
