// Measures of collapse against NumPy: tests/goldens/collapse.py wrote collapse.json.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/measure/forward_pass.hpp"
#include "tests/source_directory.hpp"

namespace qklab {
namespace {

using nlohmann::json;

json goldens() {
  std::ifstream file(source_directory() + "/tests/goldens/collapse.json");
  return json::parse(file);
}

// As in collapse.py.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}

  Matrix matrix(std::size_t rows, std::size_t columns, double scale = 1) {
    Matrix m = xt::empty<double>({rows, columns});
    for (double& v : m) {
      state_ = (1103515245 * state_ + 12345) % (std::uint64_t{1} << 31);
      v = scale * (static_cast<double>(state_) / (1 << 30) - 1);
    }
    return m;
  }

 private:
  std::uint64_t state_;
};

void check_close(const json& expected, double measured, double tolerance = 1e-6) {
  const double value = expected.get<double>();
  CHECK(std::abs(measured - value) <= tolerance * std::abs(value));
}

void check_tokens(const json& expected, const Tokens& tokens) {
  const TokenMeasures measured = measure_tokens(tokens);
  check_close(expected.at("residual"), measured.residual);
  check_close(expected.at("dong_residual"), measured.dong_residual);
  check_close(expected.at("cosine"), measured.cosine);
  check_close(expected.at("stable_rank"), measured.stable_rank);
  check_close(expected.at("effective_rank"), measured.effective_rank);
}

void check_attention(const json& expected, const AttentionMeasures& measured) {
  check_close(expected.at("entropy"), measured.entropy);
  check_close(expected.at("entropy_ratio"), measured.entropy_ratio);
  check_close(expected.at("participation"), measured.participation);
  check_close(expected.at("effective_keys"), measured.effective_keys);
  check_close(expected.at("distance"), measured.distance);
  check_close(expected.at("largest_weight"), measured.largest_weight);
}

void check_setting(const json& golden) {
  const json& setting = golden.at("setting");
  CAPTURE(setting.dump());
  Generator random(setting.at("seed").get<std::uint64_t>());
  const auto length = setting.at("length").get<std::size_t>(), dim = setting.at("dim").get<std::size_t>();
  const double temperature = setting.at("temperature"), d = static_cast<double>(dim);
  const Mask mask = setting.at("causal").get<bool>() ? Mask::causal() : Mask::none();
  const bool norm = setting.at("norm"), skip = setting.at("skip"), mlp = setting.at("mlp");
  const auto seen_of = [&](const Tokens& x) { return norm ? layer_normalized(x) : x; };

  Tokens x = split(random.matrix(length, dim));
  check_tokens(golden.at("layers").at(0), x);
  for (std::size_t layer = 1; layer < golden.at("layers").size(); ++layer) {
    const Matrix w = random.matrix(dim, dim, setting.at("scale"));
    const Matrix v = random.matrix(dim, dim, 1.5 / std::sqrt(d));
    const Tokens seen = seen_of(x);
    if (layer == 1) {
      const Matrix attention = attention_weights(seen.matrix(), w, temperature, mask);
      check_attention(golden.at("attention"), measure_attention(attention, mask));
    }
    const Tokens attended = attend(seen, w, v, temperature, mask);
    x = skip ? x + attended : attended;
    if (mlp) {
      const Matrix in = random.matrix(dim, 2 * dim, 1.5 / std::sqrt(d));
      const Tokens out = perceptron(seen_of(x), in, random.matrix(2 * dim, dim, 1.5 / std::sqrt(2 * d)));
      x = skip ? x + out : out;
    }
    check_tokens(golden.at("layers").at(layer), x);
  }
}

TEST_CASE("collapse: five settings of layers agree with NumPy to 1e-6") {
  const json all = goldens();
  REQUIRE(all.at("measured").size() == 5);
  for (const json& golden : all.at("measured")) check_setting(golden);
}

TEST_CASE("collapse: residuals of pure attention are right far below rounding") {
  const json deep = goldens().at("deep");
  const auto length = deep.at("length").get<std::size_t>(), dim = deep.at("dim").get<std::size_t>();
  Generator random(deep.at("seed").get<std::uint64_t>());
  Tokens x = split(random.matrix(length, dim));
  REQUIRE(deep.at("residual").back().get<double>() < 1e-150);
  for (const json& expected : deep.at("residual")) {
    check_close(expected, measure_tokens(x).residual, 1e-11);
    const Matrix w = random.matrix(dim, dim), v = random.matrix(dim, dim);
    x = attend(x, w, v, 1);
  }
}

}  // namespace
}  // namespace qklab
