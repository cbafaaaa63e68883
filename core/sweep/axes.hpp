// The kinds of axes: one parameter's values, axes that move together, products and unions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

using AxisPointer = std::shared_ptr<const Axis>;

// Value i of an axis is computed on demand, so that an axis of 10^7 values stores none of them.
using ValueAt = std::function<Value(std::uint64_t)>;

AxisPointer values_axis(std::size_t parameter, std::uint64_t size, ValueAt value);
AxisPointer list_axis(std::size_t parameter, std::vector<Value> values);

// An axis of explicit points. There is at least one, and all must set the same parameters.
AxisPointer points_axis(std::vector<Axis::Point> points);
// Point i combines point i of each axis. All axes must have the same size.
AxisPointer zip_axes(std::vector<AxisPointer> axes);
// Every combination; the last axis varies fastest.
AxisPointer product_of(std::vector<AxisPointer> axes);
// The points of the first axis, then those of the second, and so on. All must set the same parameters.
AxisPointer union_of(std::vector<AxisPointer> axes);

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b);
std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b);

// Number i < n of an axis: the double nearest to the result in decimal arithmetic. If the axis has two ends,
// both are exact.
double linspace(double first, double last, std::uint64_t n, std::uint64_t i);  // evenly spaced
double logspace(double first, double last, std::uint64_t n, std::uint64_t i);  // evenly spaced logarithms
double range_at(double first, double step, std::uint64_t i);                   // first + i * step
// How many of first, first + step, ... do not go beyond last; 0 if step leads away from it.
double range_size(double first, double last, double step);

// The stream for draw i of an axis. It is keyed by (seed, parameter), so that it depends on no other axis.
Stream draw_stream(std::int64_t seed, std::string_view parameter, std::uint64_t i);

}  // namespace qklab
