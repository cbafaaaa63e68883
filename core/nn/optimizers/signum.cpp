// signum: steps of one size along the signs of a running sum (Bernstein et al. 2018).
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_signum() {
  Registry<OptimizerKind>::all().add({.name = "signum",
                                      .doc = "sign_sgd along a running sum of gradients",
                                      .place = 9,
                                      .states = 1,
                                      .step = []<class T>(const Update<T>& u) {
                                        kernels::signum(u.size, u.rate, u.factor, u.decay,
                                                        u.real(u.config.momentum), u.gradient, u.weight,
                                                        u.state(0));
                                      }});
}

}  // namespace

QKLAB_REGISTER(add_signum)

}  // namespace qklab::nn
