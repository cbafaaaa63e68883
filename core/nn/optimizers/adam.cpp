// adam and adamw: steps scaled by running moments of the gradient.
#include <cmath>

#include "core/base/elementary.hpp"
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> void scaled_by_moments(const Update<T>& u, bool decoupled) {
  const OptimizerConfig& c = u.config;
  const auto t = static_cast<double>(u.step);
  const kernels::AdamStep<T> s{.rate = u.rate,
                               .factor = u.factor,
                               .decay = u.decay,
                               .beta1 = u.real(c.beta1),
                               .beta2 = u.real(c.beta2),
                               .epsilon = u.real(c.epsilon),
                               .correction1 = u.real(1 - elementary::pow(c.beta1, t)),
                               .root_correction2 = u.real(std::sqrt(1 - elementary::pow(c.beta2, t))),
                               .decoupled = decoupled};
  kernels::adam(u.size, s, u.gradient, u.weight, u.state(0), u.state(1));
}

void add_adam() {
  Registry<OptimizerKind>::all().add(
      {.name = "adam",
       .doc = "steps scaled by running moments of the gradient",
       .place = 3,
       .states = 2,
       .step = []<class T>(const Update<T>& u) { scaled_by_moments(u, false); }});
  Registry<OptimizerKind>::all().add(
      {.name = "adamw",
       .doc = "adam with decoupled weight decay",
       .place = 4,
       .states = 2,
       .set_defaults = [](OptimizerConfig& config) { config.weight_decay = 0.01; },
       .step = []<class T>(const Update<T>& u) { scaled_by_moments(u, true); }});
}

}  // namespace

QKLAB_REGISTER(add_adam)

}  // namespace qklab::nn
