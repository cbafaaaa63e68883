// A positional encoding: rotary embedding (Su et al. 2021). Coordinates i and i + m/2 of each head's queries
// and keys are rotated by the angle t base^(-2 i / m) at position t, so that scores depend on distances.
#include <cmath>

#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> rotary(const Scope<T>& scope, Tensor<T> x) {
  const ModelConfig& c = scope.config();
  const int width = x.shape().last(), half = width / 2;
  const double base = c.positions.real("rotary.base");
  const Tensor<T> cosine = scope.tape().input({c.length, width}),
                  sine = scope.tape().input({c.length, width});
  for (int t = 0; t < c.length; ++t) {
    for (int i = 0; i < width; ++i) {
      const double angle = t * std::pow(base, -2.0 * (i % half) / width);
      const auto at = static_cast<std::size_t>(t * width + i);
      cosine.value()[at] = static_cast<T>(std::cos(angle));
      sine.value()[at] = static_cast<T>(std::sin(angle));
    }
  }
  const Tensor<T> first = slice(x, 3, 0, half), second = slice(x, 3, half, width);
  return x * cosine + autodiff::concat<T>({scale(second, -1), first}, 3) * sine;
}

void add_rotary() {
  Registry<PositionsKind>::all().add(
      {.name = "rotary",
       .doc = "queries and keys are turned by angles that grow with the position",
       .parameters = {real("rotary.base", 10000.0, "of the angles' geometric series").above(1)},
       .problems = [](const ModelConfig& c) -> std::vector<std::string> {
         if (c.heads < 1 || c.head_width() % 2 == 0) return {};
         return {
             fmt::format("rotary positions turn pairs of coordinates: make dim / heads, which is {}, even",
                         c.head_width())};
       },
       .turn = []<class T>(const Scope<T>& scope, Tensor<T> x) { return rotary(scope, x); }});
}

}  // namespace

QKLAB_REGISTER(add_rotary)

}  // namespace qklab::nn
