// Null models that must be trained: what a claim about attention says must not be true of them.
#pragma once

#include <array>
#include <optional>

#include "core/claims/audit/audit.hpp"

namespace qklab {

// A model that lacks something is a trial with another value of one parameter.
struct NullModel {
  Null null;
  const char* parameter;
  Value value;
  const char* what;  // for messages: "labels: shuffled"
};

// Labels shuffled: nothing can be learned. Attention uniform: no routing by content. 0 layers: no attention.
const std::array<NullModel, 3>& null_models();

// The parameters with the null model's value. Nothing if the experiment has no such parameter, the parameter no such
// value, or the experiment refuses it beside the others.
std::optional<Parameters> with_null(const NullModel& model, const Experiment& experiment, Parameters params);

}  // namespace qklab
