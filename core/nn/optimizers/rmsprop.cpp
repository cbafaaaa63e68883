// rmsprop: steps divided by the root of a running mean of squared gradients (Hinton 2012). beta2 is the mean's.
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_rmsprop() {
  Registry<OptimizerKind>::all().add(
      {.name = "rmsprop",
       .doc = "steps divided by the root of a running mean of squared gradients",
       .place = 8,
       .states = 1,
       .set_defaults = [](OptimizerConfig& config) { config.beta2 = 0.99; },
       .step =
           []<class T>(const Update<T>& u) {
             kernels::rmsprop(u.size, u.rate, u.factor, u.decay, u.real(u.config.beta2),
                              u.real(u.config.epsilon), u.gradient, u.weight, u.state(0));
           }});
}

}  // namespace

QKLAB_REGISTER(add_rmsprop)

}  // namespace qklab::nn
