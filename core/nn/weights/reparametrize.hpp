// The power iteration behind sigma-Reparam (Zhai et al. 2023), outside of the graph: within a step u and v
// are constants, so that the derivative of u^T W v by W is u v^T.
#pragma once

#include "core/nn/transformer.hpp"

namespace qklab::nn {

// One step of power iteration for each spectral weight: u = W v / |W v|, v = W^T u / |W^T u|. Call it after
// each update. Nothing to do for models without sigma-Reparam.
template <class T> void step_power_iteration(Transformer<T>& model);

// Starts anew and iterates until u^T W v no longer changes in the type's precision, 1000 steps at most.
template <class T> void converge_power_iteration(Transformer<T>& model);

}  // namespace qklab::nn
