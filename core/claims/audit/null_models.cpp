#include "core/claims/audit/null_models.hpp"

namespace qklab {

const std::array<NullModel, 3>& null_models() {
  static const std::array<NullModel, 3> models = {{
      {Null::labels, "labels", Value(std::string("shuffled")), "labels: shuffled"},
      {Null::uniform, "attention", Value(std::string("uniform")), "attention: uniform"},
      {Null::no_layers, "layers", Value(std::int64_t{0}), "layers: 0"},
  }};
  return models;
}

std::optional<Parameters> with_null(const NullModel& model, const Experiment& experiment, Parameters params) {
  const auto at = experiment.parameters.find(model.parameter);
  if (!at) return std::nullopt;
  const Parameter& parameter = experiment.parameters[*at];
  if (model.value.index() != params[*at].index() || !parameter.check(model.value).empty())
    return std::nullopt;
  params.set(*at, model.value);
  if (experiment.check && !experiment.check(params).empty()) return std::nullopt;
  return params;
}

}  // namespace qklab
