// A positional encoding: rotary embedding as it was published (Su et al. 2021). Coordinates 2i and 2i + 1 of each head's
// queries and keys are rotated by the angle t base^(-2 i / m) at position t, so that scores depend on distances.
// (`rotary` itself, which is there without this plugin, pairs i with i + m/2.)
#include <cmath>

#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> interleaved(const Scope<T>& scope, Tensor<T> x) {
  const ModelConfig& c = scope.config();
  const Shape shape = x.shape();  // (batch, heads, length, width)
  const int width = shape.last(), half = width / 2;
  const double base = c.positions.real("interleaved.base");
  const Tensor<T> cosine = scope.tape().input({c.length, half, 2}),
                  sine = scope.tape().input({c.length, half, 2});
  for (int t = 0; t < c.length; ++t) {
    for (int i = 0; i < width; ++i) {
      const double angle = t * std::pow(base, -2.0 * (i / 2) / width);
      const auto at = static_cast<std::size_t>(t * width + i);
      cosine.value()[at] = static_cast<T>(std::cos(angle));
      sine.value()[at] = static_cast<T>(std::sin(angle));
    }
  }
  const Tensor<T> pairs = reshape(x, {shape[0] * shape[1], c.length, half, 2});
  const Tensor<T> first = slice(pairs, 3, 0, 1), second = slice(pairs, 3, 1, 2);
  const Tensor<T> turned = pairs * cosine + autodiff::concat<T>({scale(second, -1), first}, 3) * sine;
  return reshape(turned, shape);
}

void add_interleaved() {
  Registry<PositionsKind>::all().add(
      {.name = "interleaved",
       .doc = "rotary positions that pair neighbouring coordinates",
       .parameters = {real("interleaved.base", 10000.0, "of the angles' geometric series").above(1)},
       .problems = [](const ModelConfig& c) -> std::vector<std::string> {
         if (c.heads < 1 || c.head_width() % 2 == 0) return {};
         return {
             fmt::format("rotary positions turn pairs of coordinates: make dim / heads, which is {}, even",
                         c.head_width())};
       },
       .turn = []<class T>(const Scope<T>& scope, Tensor<T> x) { return interleaved(scope, x); }});
}

}  // namespace

QKLAB_REGISTER(add_interleaved)

}  // namespace qklab::nn
