// momentum and nesterov: steps along a running sum of gradients.
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> void along_sum(const Update<T>& u, bool nesterov) {
  kernels::momentum(u.size, u.rate, u.factor, u.decay, u.real(u.config.momentum), nesterov, u.gradient,
                    u.weight, u.state(0));
}

void add_momentum() {
  Registry<OptimizerKind>::all().add({.name = "momentum",
                                      .doc = "sgd along a running sum of gradients",
                                      .place = 1,
                                      .states = 1,
                                      .step = []<class T>(const Update<T>& u) { along_sum(u, false); }});
  Registry<OptimizerKind>::all().add({.name = "nesterov",
                                      .doc = "momentum that looks a step ahead",
                                      .place = 2,
                                      .states = 1,
                                      .step = []<class T>(const Update<T>& u) { along_sum(u, true); }});
}

}  // namespace

QKLAB_REGISTER(add_momentum)

}  // namespace qklab::nn
