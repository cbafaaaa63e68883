// An optimizer: AdaGrad (Duchi, Hazan, Singer 2011), whose steps are divided by the root of the sum of squared gradients.
#include <cmath>

#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> void adagrad(const Update<T>& u) {
  const T keep = u.real(u.config.kind.real("adagrad.keep")), epsilon = u.real(u.config.epsilon);
  T* const sum = u.state(0);
  for (std::size_t i = 0; i < u.size; ++i) {
    const T gradient = u.factor * u.gradient[i] + u.decay * u.weight[i];
    sum[i] = keep * sum[i] + gradient * gradient;
    u.weight[i] -= u.rate * gradient / (std::sqrt(sum[i]) + epsilon);
  }
}

void add_adagrad() {
  Registry<OptimizerKind>::all().add(
      {.name = "adagrad",
       .doc = "steps divided by the root of the sum of squared gradients",
       .parameters = {real("adagrad.keep", 1.0, "what is left of the sum after a step").range(0, 1)},
       .states = 1,
       .step = []<class T>(const Update<T>& u) { adagrad(u); }});
}

}  // namespace

QKLAB_REGISTER(add_adagrad)

}  // namespace qklab::nn
