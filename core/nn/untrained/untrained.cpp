#include "core/nn/untrained/untrained.hpp"

#include <cmath>
#include <utility>

#include "core/nn/untrained/draw.hpp"

namespace qklab::nn {
namespace {

Tokens finish(const UntrainedModel& model, const Tokens& before, Tokens after) {
  if (model.skip && model.residual_scale != 1) {
    after.mean *= model.residual_scale;
    after.deviation *= model.residual_scale;
  }
  const Tokens sum = model.skip ? before + after : std::move(after);
  return model.norm->after ? model.norm->of_tokens(sum) : sum;
}

}  // namespace

std::vector<std::string> untrained_norms() {
  std::vector<std::string> names;
  for (const NormKind* each : Registry<NormKind>::all().entries())
    if (each->of_tokens) names.push_back(each->name);
  return names;
}

UntrainedLayer draw_layer(const UntrainedModel& model, const Stream& stream) {
  enum Purpose : std::uint64_t { qk_drawn, value_drawn, mlp_in_drawn, mlp_out_drawn };
  UntrainedLayer layer;
  layer.qk = symmetric_matrix(model.dim, model.spectrum, stream.substream(qk_drawn));
  layer.value = model.value->draw(model.dim, stream.substream(value_drawn));
  if (model.mlp) {
    const auto dim = static_cast<double>(model.dim);
    layer.mlp_in = draw_normal(model.dim, 4 * model.dim, std::sqrt(2 / dim), stream.substream(mlp_in_drawn));
    layer.mlp_out =
        draw_normal(4 * model.dim, model.dim, std::sqrt(1 / (4 * dim)), stream.substream(mlp_out_drawn));
  }
  return layer;
}

Tokens attention_input(const UntrainedModel& model, const Tokens& tokens) {
  return model.norm->before ? model.norm->of_tokens(tokens) : tokens;
}

Tokens apply(const UntrainedModel& model, const UntrainedLayer& layer, const Tokens& tokens) {
  const Tokens seen = attention_input(model, tokens);
  const Tokens attended =
      finish(model, tokens, attend(seen, layer.qk, layer.value, model.temperature, model.mask));
  if (!model.mlp) return attended;
  return finish(model, attended, perceptron(attention_input(model, attended), layer.mlp_in, layer.mlp_out));
}

}  // namespace qklab::nn
