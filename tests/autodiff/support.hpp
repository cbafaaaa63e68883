// Random tensors and the check that every op's gradient goes through.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "core/autodiff/gradcheck.hpp"
#include "core/autodiff/ops/ops.hpp"
#include "core/base/stream.hpp"

namespace qklab::autodiff {

template <class T> void fill_normal(std::span<T> x, Stream stream, double mean = 0, double deviation = 1) {
  std::ranges::generate(x, [&] { return static_cast<T>(mean + deviation * stream.normal()); });
}

// A sum with random weights, so that no part of a gradient can be wrong unseen.
template <class T> Tensor<T> weighted_sum(Tensor<T> y) {
  const Tensor<T> weights = y.tape->input(y.shape());
  fill_normal(weights.value(), Stream(1, 0, "weights"));
  return sum(y * weights);
}

// Checks the gradient of build({x0, x1, ...}) by parameters x_k of the given shapes, drawn around `mean`.
template <class Build> void check_gradient(const std::vector<Shape>& shapes, Build build, double mean = 0) {
  Tape<double> tape;
  std::vector<Tensor<double>> in;
  std::string text;
  for (const Shape& shape : shapes) {
    in.push_back(tape.parameter(fmt::format("x{}", in.size()), shape));
    fill_normal(in.back().value(), Stream(in.size(), 0, "inputs"), mean, mean > 0 ? mean / 8 : 1);
    text += shape.text();
  }
  const GradcheckReport report = gradcheck(tape, weighted_sum<double>(build(in)));
  CAPTURE(text);
  CAPTURE(report.where);
  CHECK(report.ok);
  CHECK(report.error <= 1e-6);
}

// Largest |a - b| over the largest |b| (or 1 where that is smaller); NaN where one is NaN.
inline double relative_distance(const auto& a, const auto& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0, scale = 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = difference;
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return largest / scale;
}

}  // namespace qklab::autodiff
