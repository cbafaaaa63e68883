// Whole models against PyTorch: tests/goldens/models.py wrote models.json.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/nn/losses.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/transformer.hpp"
#include "tests/nn/goldens.hpp"

namespace qklab::nn {
namespace {

using nlohmann::json;

const json& models() {
  static const json all = goldens::cases_of("models.json");
  return all;
}

template <class Enum> Enum choice(const json& name, std::initializer_list<const char*> names) {
  const auto at = std::ranges::find(names, name.get<std::string>());
  REQUIRE(at != names.end());
  return static_cast<Enum>(at - names.begin());
}

ModelConfig config_of(const json& c) {
  ModelConfig m;
  m.vocabulary = c.at("vocabulary");
  m.features = c.at("features");
  m.outputs = c.at("outputs");
  m.length = c.at("length");
  m.dim = c.at("dim");
  m.heads = c.at("heads");
  m.layers = c.at("layers");
  m.ffn = c.at("ffn");
  m.skip = c.at("skip");
  m.residual_scale = c.at("residual_scale");
  m.norm = c.at("norm").get<std::string>();
  if (c.at("causal")) m.mask = Mask::causal();
  m.attention = c.at("attention").get<std::string>();
  m.gate = value_of(gates, c.at("gate").get<std::string>());
  m.positions = c.at("positions").get<bool>() ? "learned" : "none";
  m.combined = c.at("combined");
  if (c.at("tame").get<bool>()) m.reparametrization = Reparametrization::tame;
  return m;
}

// The model of a golden with its parameters and batch.
template <class T> struct Rebuilt {
  const json& golden;
  Tape<T> tape;
  Transformer<T> model;
  Tensor<T> loss;

  explicit Rebuilt(const json& from)
      : golden(from), model(tape, config_of(from.at("config")), from.at("batch").get<int>()) {
    const json& data = golden.at("data");
    if (model.config.vocabulary > 0) {
      const Indices<T> targets = tape.indices({model.batch, model.config.length});
      loss = cross_entropy(model.output, targets);
      goldens::put(data.at("inputs"), model.tokens.value());
      goldens::put(data.at("targets"), targets.value());
    } else {
      const Tensor<T> targets = tape.input(model.output.shape()), weights = tape.input(model.output.shape());
      loss = weighted_squared_error(model.output, targets, weights);
      goldens::put(data.at("inputs"), model.features.value());
      goldens::put(data.at("targets"), targets.value());
      goldens::put(data.at("weights"), weights.value());
    }
    restart();
  }

  void restart() {
    CHECK(tape.blocks().size() == golden.at("parameters").size());
    for (const auto& [name, parameter] : golden.at("parameters").items())
      goldens::put(parameter.at("data"), parameter_named(tape, name).value());
  }

  // Largest relative difference of the loss before each step.
  double train(const OptimizerConfig& config, const json& losses) {
    restart();
    return goldens::trained_distance(tape, loss, config, losses, [](std::size_t) {});
  }
};

TEST_CASE_TEMPLATE("outputs, losses and gradients are PyTorch's", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-11;  // of the largest in its block
  CHECK(models().size() >= 6);
  for (const auto& item : models().items()) {
    const std::string& name = item.key();
    const json& golden = item.value();
    CAPTURE(name);
    Rebuilt<T> r(golden);
    r.tape.forward();
    r.tape.backward(r.loss);
    CHECK(goldens::distance(r.model.output.value(), golden.at("output")) <= tolerance);
    CHECK(goldens::distance(r.loss.value(), json::array({golden.at("loss")})) <= tolerance);
    for (const auto& gradient : golden.at("gradients").items()) {
      const std::string& parameter = gradient.key();
      CAPTURE(parameter);
      CHECK(goldens::distance(parameter_named(r.tape, parameter).gradient(), gradient.value()) <= tolerance);
    }
  }
}

TEST_CASE_TEMPLATE("50 steps of AdamW and of SGD are PyTorch's", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  for (const auto& item : models().items()) {
    const std::string& name = item.key();
    const json& golden = item.value();
    CAPTURE(name);
    Rebuilt<T> r(golden);
    REQUIRE(golden.at("adamw").size() == 50);
    OptimizerConfig adamw = defaults("adamw");
    adamw.rate = 0.003;
    CHECK(r.train(adamw, golden.at("adamw")) <= tolerance);
    CHECK(r.train({.kind = "sgd", .rate = 0.02}, golden.at("sgd")) <= tolerance);
  }
}

TEST_CASE_TEMPLATE("50 steps of every optimizer that PyTorch has", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  const std::map<std::string, OptimizerConfig> configs = {
      {"sgd", {.kind = "sgd", .rate = 0.02, .weight_decay = 0.02}},
      {"momentum", {.kind = "momentum", .rate = 0.005, .weight_decay = 0.02}},
      {"nesterov", {.kind = "nesterov", .rate = 0.005, .weight_decay = 0.02}},
      {"adam", {.kind = "adam", .rate = 0.003, .weight_decay = 0.02}},
      {"adamw", {.kind = "adamw", .rate = 0.003, .weight_decay = 0.01}},
      {"clipped", {.kind = "sgd", .rate = 0.03, .clip = 0.3}},
  };
  const json& golden = models().at("pre_causal_mlp");
  CHECK(golden.at("optimizers").size() == configs.size());
  Rebuilt<T> r(golden);
  for (const auto& run : golden.at("optimizers").items()) {
    const std::string& name = run.key();
    CAPTURE(name);
    CHECK(r.train(configs.at(name), run.value()) <= tolerance);
  }
}

}  // namespace
}  // namespace qklab::nn
