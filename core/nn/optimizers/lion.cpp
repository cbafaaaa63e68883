// lion: steps of one size along a running mean (Chen et al. 2023).
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_lion() {
  Registry<OptimizerKind>::all().add({.name = "lion",
                                      .doc = "steps of one size, along the signs of a running mean",
                                      .place = 6,
                                      .states = 1,
                                      .set_defaults = [](OptimizerConfig& config) { config.beta2 = 0.99; },
                                      .step =
                                          []<class T>(const Update<T>& u) {
                                            kernels::lion(u.size, u.rate, u.factor, u.decay,
                                                          u.real(u.config.beta1), u.real(u.config.beta2),
                                                          u.gradient, u.weight, u.state(0));
                                          }});
}

}  // namespace

QKLAB_REGISTER(add_lion)

}  // namespace qklab::nn
