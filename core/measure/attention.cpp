#include "core/measure/attention.hpp"

#include <fmt/format.h>

#include <cmath>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/base/error.hpp"

namespace qklab {

Vector row_entropy(const Matrix& attention) {
  return -xt::sum(attention * xt::log(xt::where(attention > 0.0, attention, 1.0)), {1});
}

AttentionMeasures measure_attention(const Matrix& attention, Mask mask) {
  const std::size_t length = attention.shape(0);
  if (length == 0 || attention.shape(1) != length) {
    throw Error(fmt::format("attention: expected a square matrix, got {} x {}", length, attention.shape(1)));
  }
  const Vector entropy = row_entropy(attention);
  double ratio = 0, rows_with_choice = 0;
  for (std::size_t q = 0; q < length; ++q) {
    const std::size_t keys = mask.keys(q, length).size();
    if (keys == 1) continue;
    ratio += entropy(q) / std::log(static_cast<double>(keys));
    ++rows_with_choice;
  }
  const Vector position = xt::arange(static_cast<double>(length));
  const auto distance =
      xt::abs(xt::view(position, xt::all(), xt::newaxis()) - xt::view(position, xt::newaxis(), xt::all()));

  AttentionMeasures measures;
  measures.entropy = xt::mean(entropy)();
  measures.entropy_ratio = rows_with_choice > 0 ? ratio / rows_with_choice : 1;
  measures.participation = xt::mean(1.0 / xt::sum(xt::square(attention), {1}))();
  measures.effective_keys = xt::mean(xt::exp(entropy))();
  measures.distance = xt::sum(attention * distance)() / static_cast<double>(length);
  const Vector largest = xt::amax(attention, {1});
  measures.largest_weight = xt::mean(largest)();
  return measures;
}

}  // namespace qklab
