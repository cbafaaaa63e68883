// Spectra of models that PyTorch wrote, against NumPy's: tests/goldens/weights.py.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/system/file.hpp"
#include "core/weights/layouts/model_weights.hpp"
#include "core/weights/spectra/head_spectrum.hpp"
#include "tests/source_directory.hpp"

using namespace qklab;
using namespace qklab::weights;

namespace {

void check_near(const nlohmann::json& golden, const char* name, double value) {
  const double expected = golden.at(name);
  INFO("layer ", golden.at("layer").dump(), ", head ", golden.at("head").dump(), ": ", name, " is ", value,
       ", NumPy's ", expected);
  CHECK(std::abs(value - expected) <= 1e-5 * std::max(1.0, std::abs(expected)));
}

void check_model(const std::string& name, const std::string& file) {
  const nlohmann::json goldens =
      nlohmann::json::parse(read_file(source_directory() + "/tests/goldens/weights.json")).at(name);
  const ModelWeights model({.file = source_directory() + "/tests/goldens/weights/" + file, .heads = 4});
  for (const bool fold : {false, true}) {
    const nlohmann::json& rows = goldens.at(fold ? "folded" : "plain");
    REQUIRE(rows.size() == 8);
    for (const auto& golden : rows) {
      const HeadWeights head = model.head(golden.at("layer"), golden.at("head"), fold);
      const HeadSpectrum spectrum = spectrum_of(head);
      check_near(golden, "mean", spectrum.mean);
      check_near(golden, "variance", spectrum.variance);
      check_near(golden, "frobenius_variance", spectrum.frobenius_variance);
      check_near(golden, "spectral_norm", spectrum.spectral_norm);
      check_near(golden, "effective_rank", spectrum.effective_rank);
      check_near(golden, "symmetric_share", spectrum.symmetric_share);
      std::complex<double> cubes = 0;
      for (const std::complex<double>& each : eigenvalues_of(head)) cubes += each * each * each;
      check_near(golden, "eigenvalue_sum_of_cubes", cubes.real());
      CHECK(std::abs(singular_values_of(head)(0) - spectrum.spectral_norm) <= 1e-9 * spectrum.spectral_norm);
    }
  }
}

}  // namespace

TEST_CASE("GPT-2: fused and transposed, float32") { check_model("gpt2", "gpt2.safetensors"); }
TEST_CASE("GPT-2 as .npz") { check_model("gpt2", "gpt2.npz"); }
TEST_CASE("LLaMA: separate arrays, grouped keys, bfloat16") { check_model("llama", "llama.safetensors"); }
TEST_CASE("BERT: separate arrays with the norm of the layer before, float16") {
  check_model("bert", "bert.safetensors");
}
