// none; learned: a table position.weight (max_length, dim), whose row t is added to the token at t; and sinusoidal: the
// same with a table that is given (Vaswani et al. 2017).
#include "core/base/elementary.hpp"
#include "core/nn/entries/angles.hpp"
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

// Row t: sin(t f_i) and cos(t f_i) in turn, f_i = base^(-2i / dim).
template <class T> Tensor<T> sinusoidal(const Scope<T>& scope) {
  const ModelConfig& c = scope.config();
  const Tensor<T> table = scope.tape().input({c.length, c.dim});
  const std::span<T> values = table.value();
  for (int t = 0, at = 0; t < c.length; ++t) {
    for (int i = 0; i < c.dim; ++i, ++at) {
      const elementary::Circle circle = turn_of(t, i / 2, c.dim, c.positions.real("sinusoidal.base"));
      values[static_cast<std::size_t>(at)] = static_cast<T>(i % 2 == 0 ? circle.sine : circle.cosine);
    }
  }
  return table;
}

void add_positions() {
  Registry<PositionsKind>::all().add({.name = "none", .doc = "positions are not told", .place = 0});
  Registry<PositionsKind>::all().add(
      {.name = "learned",
       .doc = "a vector for each position is learned and added to its token",
       .place = 1,
       .table = []<class T>(const Scope<T>& scope) { return learned(scope); }});
  Registry<PositionsKind>::all().add(
      {.name = "sinusoidal",
       .doc = "sines and cosines of the position, of many periods, are added to its token",
       .place = 2,
       .parameters =
           {real("sinusoidal.base", 10000.0, "ratio of the longest period to the shortest").above(1)},
       .table = []<class T>(const Scope<T>& scope) { return sinusoidal(scope); }});
}

}  // namespace

QKLAB_REGISTER(add_positions)

}  // namespace qklab::nn
