// sign_sgd: steps of one size (Bernstein et al. 2018).
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_sign_sgd() {
  Registry<OptimizerKind>::all().add({.name = "sign_sgd",
                                      .doc = "steps of one size, along the gradient's signs",
                                      .place = 5,
                                      .step = []<class T>(const Update<T>& u) {
                                        kernels::sign_sgd(u.size, u.rate, u.factor, u.decay, u.gradient,
                                                          u.weight);
                                      }});
}

}  // namespace

QKLAB_REGISTER(add_sign_sgd)

}  // namespace qklab::nn
