// Models as they are trained elsewhere, against PyTorch: tests/goldens/variants.py wrote variants.json.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/autodiff/gradcheck.hpp"
#include "core/nn/kinds.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/transformer.hpp"
#include "tests/nn/goldens.hpp"
#include "tests/nn/support.hpp"
#include "tests/with_threads.hpp"

namespace qklab::nn {
namespace {

using nlohmann::json;

const json& variants() {
  static const json all = goldens::cases_of("variants.json");
  return all;
}

ModelConfig config_of_variant(const json& c) {
  ModelConfig m;
  m.vocabulary = c.at("vocabulary");
  m.outputs = c.at("outputs");
  m.length = c.at("length");
  m.dim = c.at("dim");
  m.heads = c.at("heads");
  m.layers = c.at("layers");
  m.ffn = c.at("ffn");
  m.residual_scale = c.at("residual_scale");
  m.norm = c.at("norm").get<std::string>();
  m.normalization = value_of(normalizations, c.at("norm_kind").get<std::string>());
  m.norm_epsilon = c.at("norm_epsilon");
  m.qk_norm = value_of(query_key_norms, c.at("qk_norm").get<std::string>());
  if (c.at("causal")) m.mask = Mask::causal();
  m.attention = c.at("attention").get<std::string>();
  const std::string positions = c.at("positions").get<std::string>();
  Settings settings;
  for (const char* base : {"rotary.base", "sinusoidal.base"})
    if (std::string_view(base).starts_with(positions)) settings[base] = c.at(base).get<double>();
  m.positions = Choice<PositionsKind>(positions, settings);
  m.activation = c.at("activation").get<std::string>();
  m.gated_mlp = c.at("gated_mlp");
  m.attention_bias = c.at("attention_bias");
  m.mlp_bias = c.at("mlp_bias");
  m.head_bias = c.at("head_bias");
  m.tied = c.at("tied");
  m.embedding_scale = c.at("embedding_scale");
  m.key_groups = c.at("key_groups");
  m.attention_cap = c.at("attention_cap");
  m.logit_cap = c.at("logit_cap");
  m.dropout = {c.at("dropout.embedding"), c.at("dropout.attention"), c.at("dropout.residual")};
  return m;
}

// A golden's model with its parameters and batch.
template <class T> struct Variant {
  const json& golden;
  Tape<T> tape;
  Transformer<T> model;
  Indices<T> targets;
  Tensor<T> loss;

  explicit Variant(const json& from, Use use = Use::training)
      : golden(from),
        model(tape, config_of_variant(from.at("config")), from.at("batch").get<int>(), use),
        targets(tape.indices({model.batch, model.config.length})),
        loss(cross_entropy(model.output, targets, autodiff::ignored_target,
                           from.at("config").at("label_smoothing").get<double>())) {
    goldens::put(golden.at("data").at("inputs"), model.tokens.value());
    goldens::put(golden.at("data").at("targets"), targets.value());
    restart();
  }

  void restart() {
    CHECK(tape.blocks().size() == golden.at("parameters").size());
    for (const auto& [name, parameter] : golden.at("parameters").items())
      goldens::put(parameter, parameter_named(tape, name).value());
    begin(0);
  }
  void begin(std::uint64_t step) { model.masks = Stream(1, 0, "masks").substream(step); }

  // Largest relative difference of the loss before each step.
  double train(const OptimizerConfig& config, const json& losses) {
    restart();
    REQUIRE(losses.size() == 50);
    return goldens::trained_distance(tape, loss, config, losses, [this](std::size_t step) { begin(step); });
  }
};

// Of at least 0.01: what shifts all scores of a query has no gradient but rounding.
double distance_to(const auto& a, const json& reference) { return goldens::distance(a, reference, 0.01); }

// Calls check(golden) for each.
void for_each_variant(const std::function<void(const json&)>& check) {
  CHECK(variants().size() >= 15);
  for (const auto& item : variants().items()) {
    const std::string& variant = item.key();
    CAPTURE(variant);
    check(item.value());
  }
}

TEST_CASE_TEMPLATE("outputs, losses and gradients of variants are PyTorch's", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 3e-5 : 1e-10;  // of the largest in its block
  for_each_variant([&](const json& golden) {
    Variant<T> v(golden);
    v.tape.forward();
    v.tape.backward(v.loss);
    CHECK(distance_to(v.model.output.value(), golden.at("output")) <= tolerance);
    CHECK(distance_to(v.loss.value(), json::array({golden.at("loss")})) <= tolerance);
    for (const auto& gradient : golden.at("gradients").items()) {
      const std::string& parameter = gradient.key();
      CAPTURE(parameter);
      CHECK(distance_to(parameter_named(v.tape, parameter).gradient(), gradient.value()) <= tolerance);
    }
  });
}

TEST_CASE_TEMPLATE("50 steps of AdamW and of SGD on variants are PyTorch's", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  for_each_variant([&](const json& golden) {
    Variant<T> v(golden);
    OptimizerConfig adamw = defaults("adamw");
    adamw.rate = 0.003;
    CHECK(v.train(adamw, golden.at("adamw")) <= tolerance);
    CHECK(v.train({.kind = "sgd", .rate = 0.01}, golden.at("sgd")) <= tolerance);
  });
}

TEST_CASE_TEMPLATE("50 steps of RMSprop, and of Adam with other settings", T, float, double) {
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-8;
  OptimizerConfig rmsprop = defaults("rmsprop"), adam = defaults("adam");
  rmsprop.rate = 0.002;
  rmsprop.weight_decay = 0.02;
  adam.rate = 0.003;
  adam.beta1 = 0.8;
  adam.beta2 = 0.98;
  adam.epsilon = 1e-3;
  const json& golden = variants().at("sinusoidal_relu");
  Variant<T> v(golden);
  CHECK(v.train(rmsprop, golden.at("optimizers").at("rmsprop")) <= tolerance);
  CHECK(v.train(adam, golden.at("optimizers").at("adam")) <= tolerance);
}

TEST_CASE("gradients of variants are those of differences") {
  for_each_variant([](const json& golden) {
    Variant<double> v(golden);
    const autodiff::GradcheckReport report = autodiff::gradcheck(v.tape, v.loss);
    CAPTURE(report.where);
    CHECK(report.error <= 1e-5);
  });
}

TEST_CASE("a model that is read has the same parameters and, without dropout, the same output") {
  for_each_variant([](const json& golden) {
    Variant<double> read(golden, Use::reading);
    read.tape.forward();
    const DropoutConfig& dropout = read.model.config.dropout;
    if (dropout.embedding + dropout.attention + dropout.residual > 0) return;
    CHECK(distance_to(read.model.output.value(), golden.at("output")) <= 1e-10);
  });
}

// Attention weights are dropped where there is one op for all of attention, and where weights are a node of their own.
TEST_CASE("a wide window, which has no fast path, drops the same weights") {
  const json& golden = variants().at("grouped_biased_dropped");
  Variant<double> fast(golden);
  fast.tape.forward();
  ModelConfig config = fast.model.config;
  config.mask = Mask::window(100);
  Tape<double> tape;
  Transformer<double> slow(tape, config, fast.model.batch);
  std::ranges::copy(fast.tape.parameters(), tape.parameters().begin());
  std::ranges::copy(fast.model.tokens.value(), slow.tokens.value().begin());
  slow.masks = fast.model.masks;
  tape.forward();
  const auto a = fast.model.output.value(), b = slow.output.value();
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-12);
  CHECK(distance_to(b, golden.at("output")) <= 1e-10);
}

TEST_CASE("another step drops others, about as many as asked for, and keeps the mean") {
  Tape<float> tape;
  Stream masks(3, 0, "masks");
  const auto x = tape.input({50, 333});
  std::ranges::fill(x.value(), 1.0f);
  const auto y = dropout(x, autodiff::dropout_at(masks, 7, 0.3));
  const auto dropped = [&] {
    tape.forward();
    std::vector<bool> zero;
    for (const float v : y.value()) {
      zero.push_back(v == 0);
      CHECK((v == 0 || std::abs(v - 1 / 0.7) <= 1e-6));
    }
    return zero;
  };
  const std::vector<bool> first = dropped(), again = dropped();
  CHECK(first == again);
  masks = masks.substream(1);
  const std::vector<bool> second = dropped();
  const auto n = static_cast<double>(first.size());
  double both = 0;
  for (std::size_t i = 0; i < first.size(); ++i) both += first[i] && second[i];
  const auto share = [&](const std::vector<bool>& of) {
    return static_cast<double>(std::ranges::count(of, true)) / n;
  };
  CHECK(std::abs(share(first) - 0.3) <= 4 * std::sqrt(0.21 / n));
  CHECK(std::abs(share(second) - 0.3) <= 4 * std::sqrt(0.21 / n));
  CHECK(std::abs(both / n - 0.09) <= 4 * std::sqrt(0.0819 / n));  // independently
}

TEST_CASE("variants have the same bits on one, two and three threads") {
  ModelConfig config;
  config.vocabulary = config.outputs = 70;
  config.length = 65;
  config.dim = 72;
  config.heads = 6;
  config.key_groups = 2;
  config.layers = 2;
  config.ffn = 144;
  config.mask = Mask::causal();
  config.positions = "rotary";
  config.normalization = config.qk_norm = Normalization::rms;
  config.attention_bias = config.tied = true;
  config.activation = "silu";
  config.gated_mlp = true;
  config.dropout = {0.1, 0.2, 0.3};
  const auto trained_by = [&](int threads) {
    return with_threads(threads, [&] {
      Trained<float> trained(config, 32);
      Optimizer<float> optimizer(defaults("adamw"), trained.tape);
      for (int i = 0; i < 3; ++i) {
        trained.step();
        optimizer.step();
      }
      std::vector<float> out(trained.tape.parameters().begin(), trained.tape.parameters().end());
      out.push_back(trained.loss.item());
      return out;
    });
  };
  const std::vector<float> one = trained_by(1);
  REQUIRE(std::isfinite(one.back()));
  CHECK(trained_by(2) == one);
  CHECK(trained_by(3) == one);
}

TEST_CASE("what a variant cannot be is refused with what to change") {
  const auto first_problem = [](auto change) {
    ModelConfig config = small();  // two heads of width 3
    change(config);
    const std::vector<std::string> found = problems(config);
    return found.empty() ? "" : found.front();
  };
  CHECK(first_problem([](ModelConfig&) {}) == "");
  CHECK(first_problem([](ModelConfig& c) { c.positions = "rotary"; }) ==
        "rotary positions turn pairs of coordinates: make dim / heads, which is 3, even");
  CHECK(first_problem([](ModelConfig& c) { c.key_groups = 4; }) ==
        "2 heads cannot be shared by 4 groups of keys: make heads a multiple of key_groups");
  CHECK(first_problem([](ModelConfig& c) {
          c.tied = true;
          c.outputs = 6;
        }) == "tied needs as many outputs as symbols, which are 6 and 5: set tied to false");
  CHECK(first_problem([](ModelConfig& c) { c.dropout.residual = 1; }) ==
        "dropout.residual is 1: set it to 0 or more and below 1");
  CHECK(
      first_problem([](ModelConfig& c) { c.dropout.residual = NAN; }).starts_with("dropout.residual is nan"));
  CHECK(first_problem([](ModelConfig& c) {
          c.combined = true;
          c.qk_norm = Normalization::rms;
        }) == "qk_norm norms queries and keys: set combined to false");
  CHECK(first_problem([](ModelConfig& c) {
          c.attention = "gated_linear";
          c.positions = "alibi";
        }) == "gated linear attention has no scores: set attention_cap to 0, and positions to others");
}

TEST_CASE("schedules: a straight line, and the inverse root") {
  const Schedule line{.decay = "linear", .warmup = 2, .steps = 6};
  const std::vector<double> expected = {0.5, 1, 1, 0.75, 0.5, 0.25, 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(line.factor(static_cast<std::int64_t>(i)) == doctest::Approx(expected[i]));
  const Schedule root{.decay = "inverse_sqrt", .warmup = 4, .steps = 100};
  CHECK(root.factor(1) == 0.5);
  CHECK(root.factor(3) == 1);
  CHECK(root.factor(4) == doctest::Approx(std::sqrt(4.0 / 5)));
  CHECK(root.factor(15) == 0.5);
  CHECK(Schedule{.decay = "inverse_sqrt"}.factor(0) == 1);
}

TEST_CASE("signum steps along the signs of a running sum") {
  Tape<double> tape;
  const auto w = tape.parameter("w", {2});
  const auto loss = sum(power(w, 2));
  w.value()[0] = 1;
  w.value()[1] = -0.5;
  OptimizerConfig config = defaults("signum");
  config.rate = 0.25;
  Optimizer<double> optimizer(config, tape);
  for (int step = 0; step < 3; ++step) {
    tape.forward();
    tape.backward(loss);
    optimizer.step();
  }
  CHECK(w.value()[0] == 0.25);
  CHECK(w.value()[1] == 0.25);  // beyond 0, as the sum of -1, -0.5 and 0 still points there
}

}  // namespace
}  // namespace qklab::nn
