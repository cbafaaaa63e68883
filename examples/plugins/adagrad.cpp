// An optimizer: RMSProp (Hinton 2012), whose steps are divided by the root of a running mean of squared
// gradients.
#include <cmath>

#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> void rmsprop(const Update<T>& u) {
  const T keep = u.real(u.config.kind.real("rmsprop.decay")), epsilon = u.real(u.config.epsilon);
  T* const mean = u.state(0);
  for (std::size_t i = 0; i < u.size; ++i) {
    const T gradient = u.factor * u.gradient[i] + u.decay * u.weight[i];
    mean[i] = keep * mean[i] + (1 - keep) * gradient * gradient;
    u.weight[i] -= u.rate * gradient / (std::sqrt(mean[i]) + epsilon);
  }
}

void add_rmsprop() {
  Registry<OptimizerKind>::all().add(
      {.name = "rmsprop",
       .doc = "steps divided by the root of a running mean of squared gradients",
       .parameters = {real("rmsprop.decay", 0.99, "of the running mean, a step").range(0, 1)},
       .states = 1,
       .step = []<class T>(const Update<T>& u) { rmsprop(u); }});
}

}  // namespace

QKLAB_REGISTER(add_rmsprop)

}  // namespace qklab::nn
