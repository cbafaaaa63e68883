// mirror: mirror descent under the potential (1/p) sum |w|^p.
#include "core/kernels/optimizers.hpp"
#include "core/nn/optimizers/optimizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_mirror() {
  Registry<OptimizerKind>::all().add({.name = "mirror",
                                      .doc = "mirror descent under the potential (1/p) sum |w|^p",
                                      .place = 7,
                                      .step = []<class T>(const Update<T>& u) {
                                        kernels::mirror_descent(u.size, u.rate, u.factor, u.decay,
                                                                u.real(u.config.power), u.gradient, u.weight);
                                      }});
}

}  // namespace

QKLAB_REGISTER(add_mirror)

}  // namespace qklab::nn
