// Fresh models: prescribed eigenspectra, the size of other parameters, and independence of order.
#include "core/nn/weights/initialize.hpp"

#include <complex>
#include <xtensor-blas/xlinalg.hpp>

#include "core/nn/diagnose.hpp"
#include "core/nn/parameters.hpp"
#include "tests/nn/support.hpp"

namespace qklab::nn {
namespace {

Matrix head_rows(const Tape<float>& tape, const char* name, std::size_t head, std::size_t rows) {
  const auto weight = parameter_named(tape, name);
  const auto dim = static_cast<std::size_t>(weight.shape().last());
  auto out = Matrix::from_shape({rows, dim});
  for (std::size_t i = 0; i < out.size(); ++i)
    out.data()[i] = static_cast<double>(weight.value()[head * rows * dim + i]);
  return out;
}

// W_QK (dim, dim) of a head of block 1, written out: score = x_t^T W_QK x_s.
Matrix query_key(const Transformer<float>& model, std::size_t head) {
  const ModelConfig& c = model.config;
  if (c.combined)
    return xt::transpose(
        head_rows(model.tape, "blocks.1.attn.qk.weight", head, static_cast<std::size_t>(c.dim)));
  const auto rows = static_cast<std::size_t>(c.head_width());
  return xt::linalg::dot(xt::transpose(head_rows(model.tape, "blocks.1.attn.q.weight", head, rows)),
                         head_rows(model.tape, "blocks.1.attn.k.weight", head, rows));
}

// Mean square of a parameter, and its largest number.
std::pair<double, double> size_of(const Tape<float>& tape, const char* name) {
  double squares = 0, largest = 0;
  const auto x = parameter_named(tape, name).value();
  for (const float v : x) {
    squares += double{v} * v;
    largest = std::max(largest, std::abs(double{v}));
  }
  return {squares / static_cast<double>(x.size()), largest};
}

TEST_CASE(
    "xavier: uniform in bounds that follow from inputs and outputs, the gain that of queries, keys and "
    "values") {
  ModelConfig config = small();
  config.dim = 120;
  config.ffn = 360;
  Tape<float> tape;
  Transformer<float> model(tape, config, 1);
  initialize(model, {.kind = Choice<InitializationKind>("xavier", {{"xavier.gain", std::sqrt(0.5)}})},
             Stream(1, 2, "model"));
  for (const auto& expected : {std::pair("blocks.1.attn.q.weight", 1.0 / 240),
                               {"blocks.1.attn.v.weight", 1.0 / 240},
                               {"blocks.1.attn.o.weight", 1.0 / 120},
                               {"blocks.0.mlp.fc1.weight", 2.0 / 480},
                               {"blocks.0.mlp.fc2.weight", 2.0 / 480},
                               {"embedding.weight", 0.5},
                               {"head.weight", 1.0 / 120}}) {
    const auto& name = expected.first;
    const double variance = expected.second;
    CAPTURE(std::string(name));
    const auto [square, largest] = size_of(tape, name);
    const bool is_uniform = std::string_view(name).starts_with("blocks");
    CHECK(std::abs(square / variance - 1) <= (is_uniform ? 0.03 : 0.2));
    if (is_uniform) CHECK(std::abs(largest / std::sqrt(3 * variance) - 1) <= 0.001);
  }
  CHECK(size_of(tape, "blocks.0.ln1.weight") == std::pair(1.0, 1.0));
}

TEST_CASE(
    "gpt2: one deviation, smaller where numbers are added to the residual stream; a scaled embedding is as "
    "large") {
  ModelConfig config = small();
  config.dim = 120;
  Tape<float> tape;
  Transformer<float> model(tape, config, 1);
  initialize(model, {.kind = "gpt2"}, Stream(1, 2, "model"));
  CHECK(std::abs(size_of(tape, "blocks.1.attn.k.weight").first / 4e-4 - 1) <= 0.05);
  CHECK(std::abs(size_of(tape, "blocks.1.attn.o.weight").first / 1e-4 - 1) <= 0.05);  // of 2 layers
  CHECK(std::abs(size_of(tape, "embedding.weight").first / 4e-4 - 1) <= 0.2);
  CHECK(size_of(tape, "blocks.1.mlp.fc1.bias").second == 0);

  config.embedding_scale = 10;
  Tape<float> scaled_tape;
  Transformer<float> scaled(scaled_tape, config, 1);
  initialize(scaled, {}, Stream(1, 2, "model"));
  CHECK(std::abs(size_of(scaled_tape, "embedding.weight").first / 0.005 - 1) <= 0.2);
}

TEST_CASE("each head has the prescribed mean and variance") {
  for (const int dim : {16, 64, 256}) {
    for (const bool combined : {false, true}) {
      for (const int heads : {1, 4}) {
        for (const auto& [mean, variance] : {std::pair{0.5, 0.01}, {0.0, 1.0}, {-0.25, 3.0}, {0.125, 0.0}}) {
          CAPTURE(dim);
          CAPTURE(combined);
          CAPTURE(heads);
          ModelConfig config = small();
          config.dim = dim;
          config.heads = heads;
          config.combined = combined;
          Tape<float> tape;
          Transformer<float> model(tape, config, 1);
          initialize(model, {.kind = "spectrum", .spectrum = Spectrum{mean, variance}},
                     Stream(1, 2, "model"));
          for (std::size_t h = 0; h < static_cast<std::size_t>(heads); ++h) {
            const auto l = xt::eval(xt::linalg::eigvals(query_key(model, h)));
            const double n = combined ? dim : dim / heads;  // eigenvalues that are not 0 by necessity
            const std::complex<double> sum = xt::sum(l)(), squares = xt::sum(l * l)();
            CHECK(std::abs(sum / n - mean) <= 1e-5);
            CHECK(std::abs(squares / n - sum * sum / (n * n) - variance) <= 1e-5);
          }
        }
      }
    }
  }
}

TEST_CASE("what a fresh model reports is what was prescribed") {
  for (const bool combined : {false, true}) {
    ModelConfig config = small();
    config.dim = 16;
    config.combined = combined;
    Tape<float> tape;
    Transformer<float> model(tape, config, 1, Use::reading);
    initialize(model, {.kind = "spectrum", .spectrum = Spectrum{0.5, 0.2}}, Stream(1, 2, "model"));
    tape.forward();
    const ModelReport report = diagnose(model);
    for (const LayerReport& layer : report.layers) {
      REQUIRE(layer.heads.size() == 2);
      for (const HeadReport& head : layer.heads) {
        CHECK(std::abs(head.spectrum.mean - 0.5) <= 1e-5);
        CHECK(std::abs(head.spectrum.variance - 0.2) <= 1e-5);
        CHECK(std::abs(head.spectrum.frobenius_variance - 0.2) <= 1e-5);  // symmetric
      }
    }
  }
}

TEST_CASE("heads and layers differ, streams repeat") {
  ModelConfig config = small();
  Tape<float> tape, again, other;
  Transformer<float> model(tape, config, 1), second(again, config, 1), third(other, config, 3);
  const Initialization how{.kind = "spectrum", .spectrum = Spectrum{0.5, 1}};
  initialize(model, how, Stream(1, 2, "model"));
  initialize(second, how, Stream(1, 2, "model"));
  initialize(third, how, Stream(1, 3, "model"));
  CHECK(std::ranges::equal(tape.parameters(), again.parameters()));
  CHECK_FALSE(std::ranges::equal(tape.parameters(), other.parameters()));
  CHECK(xt::amax(xt::abs(query_key(model, 0) - query_key(model, 1)))() >= 0.1);
  const auto q0 = parameter_named(tape, "blocks.0.attn.q.weight").value();
  const auto q1 = parameter_named(tape, "blocks.1.attn.q.weight").value();
  CHECK_FALSE(std::ranges::equal(q0, q1));
}

double mean_square(std::span<const float> x) {
  double sum = 0;
  for (const float each : x) sum += static_cast<double>(each) * static_cast<double>(each);
  return sum / static_cast<double>(x.size());
}

TEST_CASE("other parameters have the stated size") {
  ModelConfig config = small();
  config.vocabulary = config.outputs = 100;
  config.dim = 100;
  config.ffn = 400;
  config.length = 100;
  Tape<float> tape;
  Transformer<float> model(tape, config, 1);
  initialize(model, {}, Stream(1, 2, "model"));
  // 10^4 normal numbers each: the mean square has a relative standard deviation of 1.4%.
  const auto size = [&](const char* name) { return mean_square(parameter_named(tape, name).value()); };
  CHECK(size("embedding.weight") == doctest::Approx(0.5).epsilon(0.07));
  CHECK(size("position.weight") == doctest::Approx(0.5).epsilon(0.07));
  CHECK(size("blocks.0.attn.q.weight") == doctest::Approx(0.01).epsilon(0.07));
  CHECK(size("blocks.1.mlp.fc2.weight") == doctest::Approx(0.0025).epsilon(0.07));
  CHECK(size("head.weight") == doctest::Approx(0.01).epsilon(0.07));
  CHECK(size("blocks.0.ln1.weight") == 1);
  CHECK(size("blocks.0.ln1.bias") == 0);
  CHECK(size("blocks.0.mlp.fc1.bias") == 0);

  initialize(model, {.input_variance = 3}, Stream(1, 2, "model"));
  CHECK(size("embedding.weight") == doctest::Approx(1.5).epsilon(0.07));
  CHECK(size("position.weight") == doctest::Approx(1.5).epsilon(0.07));
  CHECK(size("head.weight") == doctest::Approx(0.01).epsilon(0.07));
}

}  // namespace
}  // namespace qklab::nn
