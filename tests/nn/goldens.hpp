// What PyTorch wrote (tests/goldens), read as the values of tensors, and compared with ours.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/nn/optimizers/optimizer.hpp"
#include "tests/source_directory.hpp"

namespace qklab::nn::goldens {

inline nlohmann::json cases_of(const std::string& file) {
  std::ifstream stream(source_directory() + "/tests/goldens/" + file);
  return nlohmann::json::parse(stream).at("cases");
}

// Parameters and data are float32 in either precision.
void put(const nlohmann::json& numbers, auto target) {
  using Value = typename decltype(target)::value_type;
  REQUIRE(numbers.size() == target.size());
  for (std::size_t i = 0; i < target.size(); ++i)
    target[i] = static_cast<Value>(numbers[i].template get<float>());
}

// Largest difference over the largest reference, or over `scale` where that is smaller; NaN where one is NaN.
double distance(const auto& a, const nlohmann::json& reference, double scale = 0) {
  REQUIRE(a.size() == reference.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double b = reference[i], difference = std::abs(static_cast<double>(a[i]) - b);
    if (!(difference <= largest)) largest = difference;
    scale = std::max(scale, std::abs(b));
  }
  return largest / scale;
}

// Largest relative difference of the loss before each step; begin(step) is called before it.
template <class T, class Begin>
double trained_distance(Tape<T>& tape, Tensor<T> loss, const OptimizerConfig& config,
                        const nlohmann::json& losses, Begin begin) {
  Optimizer<T> optimizer(config, tape);
  double largest = 0;
  for (std::size_t step = 0; step < losses.size(); ++step) {
    begin(step);
    tape.forward();
    tape.backward(loss);
    optimizer.step();
    const double reference = losses[step];
    const double difference = std::abs(static_cast<double>(loss.item()) - reference) / reference;
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace qklab::nn::goldens
