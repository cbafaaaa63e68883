// none, and regularizers that belong to the optimizer (weight_decay) or to the model (sigma_reparam, tame:
// see Reparametrization).
#include "core/nn/regularizers/regularizer.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

void add_elsewhere() {
  auto& all = Registry<RegularizerKind>::all();
  all.add({.name = "none", .doc = "no regularizer", .place = 0});
  all.add({.name = "weight_decay",
           .doc = "the optimizer's weight decay, by strength",
           .place = 2,
           .configure = [](const RegularizerConfig& config, ModelConfig&, OptimizerConfig& optimizer) {
             optimizer.weight_decay = config.strength;
           }});
  all.add({.name = "sigma_reparam",
           .doc = "every weight of the blocks is gamma W / ||W||, its spectral norm learned",
           .place = 3,
           .configure = [](const RegularizerConfig&, ModelConfig& model, OptimizerConfig&) {
             model.reparametrization = Reparametrization::sigma;
           }});
  all.add({.name = "tame",
           .doc = "W_QK of each head is rescaled by its tr(W_QK^2), its size learned",
           .place = 4,
           .configure = [](const RegularizerConfig&, ModelConfig& model, OptimizerConfig&) {
             model.reparametrization = Reparametrization::tame;
           }});
}

}  // namespace

QKLAB_REGISTER(add_elsewhere)

}  // namespace qklab::nn
