// An op, y = max(x - offset, 0)^2, and an attention variant that uses it: weights squared_relu(score) / T.
#include "core/nn/entries/parts.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace autodiff {
namespace {

// The constants of the op, which are given when it is recorded.
struct Offset {
  double by;
};

template <class T> void squared_relu_forward(const Call<T>& c) {
  const T offset = static_cast<T>(attributes<Offset>(c).by);
  for (std::size_t i = 0; i < c.size(); ++i) {
    const T above = std::max(c.in(0)[i] - offset, T{0});
    c.out()[i] = above * above;
  }
}

// Adds dy/dx times the slope of y to the slope of x.
template <class T> void squared_relu_backward(const Call<T>& c) {
  const T offset = static_cast<T>(attributes<Offset>(c).by);
  for (std::size_t i = 0; i < c.size(); ++i)
    c.in_gradient(0)[i] += 2 * std::max(c.in(0)[i] - offset, T{0}) * c.out_gradient()[i];
}

template <class T> Tensor<T> squared_relu(Tensor<T> x, double offset) {
  static constexpr Rule<T> rule{"squared_relu", squared_relu_forward<T>, squared_relu_backward<T>};
  return x.tape->record(rule, {x}, x.shape(), Offset{offset});
}

}  // namespace
}  // namespace autodiff

namespace nn {
namespace {

void add_squared_relu() {
  Registry<AttentionKind>::all().add(
      {.name = "squared_relu",
       .doc = "max(score - offset, 0)^2 / T; rows need not sum to 1",
       .parameters = {real("squared_relu.offset", 0.0, "score below which a weight is 0").range(-1e6, 1e6)},
       .mix = weighing([]<class T>(const Scope<T>& scope, Tensor<T> s) {
         const double offset = scope.config().attention.real("squared_relu.offset");
         return cut(scope, scale(autodiff::squared_relu(s, offset), 1.0 / scope.config().length));
       })});
}

}  // namespace

QKLAB_REGISTER(add_squared_relu)

}  // namespace nn
}  // namespace qklab
