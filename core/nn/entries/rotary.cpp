// rotary: coordinates i and i + m/2 of each head's queries and keys are turned by the angle t base^(-2i / m) at position
// t, so that scores depend on distances (Su et al. 2021; in pairs of halves, as LLaMA has it).
#include "core/nn/entries/angles.hpp"
#include "core/nn/kinds.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> Tensor<T> turned_by_angles(const Scope<T>& scope, Tensor<T> x, int columns) {
  const ModelConfig& c = scope.config();
  const int width = c.head_width(), half = width / 2;
  const Tensor<T> cosine = scope.tape().input({c.length, half}), sine = scope.tape().input({c.length, half});
  for (int t = 0; t < c.length; ++t) {
    for (int i = 0; i < half; ++i) {
      const elementary::Circle circle = turn_of(t, i, width, c.positions.real("rotary.base"));
      const auto at = static_cast<std::size_t>(t * half + i);
      cosine.value()[at] = static_cast<T>(circle.cosine);
      sine.value()[at] = static_cast<T>(circle.sine);
    }
  }
  return rotate(x, cosine, sine, columns);
}

std::vector<std::string> rotary_problems(const ModelConfig& c) {
  if (c.heads < 1 || c.head_width() % 2 == 0) return {};
  return {fmt::format("rotary positions turn pairs of coordinates: make dim / heads, which is {}, even",
                      c.head_width())};
}

void add_rotary() {
  Registry<PositionsKind>::all().add(
      {.name = "rotary",
       .doc = "queries and keys are turned by angles that grow with the position",
       .place = 3,
       .parameters = {real("rotary.base", 10000.0, "ratio of the longest period to the shortest").above(1)},
       .problems = rotary_problems,
       .turn = []<class T>(const Scope<T>& scope,
                           Tensor<T> x) { return turned_by_angles(scope, x, x.shape().last()); },
       .turn_first = []<class T>(const Scope<T>& scope, Tensor<T> x,
                                 int columns) { return turned_by_angles(scope, x, columns); }});
}

}  // namespace

QKLAB_REGISTER(add_rotary)

}  // namespace qklab::nn
