// none, and learned: a table position.weight (max_length, dim), whose row t is added to the token at t.
#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> learned(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  const int rows = c.max_length > 0 ? c.max_length : c.length;
  const Tensor<T> table = scope.parameter("position.weight", {rows, c.dim});
  return rows == c.length ? table : slice(table, 0, 0, c.length);
}

void add_positions() {
  Registry<PositionsKind>::all().add({.name = "none", .doc = "positions are not told", .place = 0});
  Registry<PositionsKind>::all().add(
      {.name = "learned",
       .doc = "a vector for each position is learned and added to its token",
       .place = 1,
       .table = []<class T>(const Scope<T>& scope) { return learned(scope); }});
}

}  // namespace

QKLAB_REGISTER(add_positions)

}  // namespace qklab::nn
