// sgd: stochastic gradient descent.
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_sgd() {
  Registry<OptimizerKind>::all().add({.name = "sgd",
                                      .doc = "stochastic gradient descent",
                                      .place = 0,
                                      .step = []<class T>(const Update<T>& u) {
                                        kernels::sgd(u.size, u.rate, u.factor, u.decay, u.gradient, u.weight);
                                      }});
}

}  // namespace

QKLAB_REGISTER(add_sgd)

}  // namespace qklab::nn
