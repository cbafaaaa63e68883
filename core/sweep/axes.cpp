#include "core/sweep/axes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/elementary.hpp"
#include "core/text/decimal.hpp"

namespace qklab {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

class ValuesAxis : public Axis {
 public:
  ValuesAxis(std::size_t parameter, std::uint64_t size, ValueAt value)
      : parameter_(parameter), size_(size), value_(std::move(value)) {}

  std::uint64_t size() const override { return size_; }
  void append(std::uint64_t i, Point& point) const override { point.emplace_back(parameter_, value_(i)); }
  std::vector<std::size_t> parameters() const override { return {parameter_}; }

 private:
  std::size_t parameter_;
  std::uint64_t size_;
  ValueAt value_;
};

class PointsAxis : public Axis {
 public:
  explicit PointsAxis(std::vector<Point> points) : points_(std::move(points)) {}

  std::uint64_t size() const override { return points_.size(); }
  void append(std::uint64_t i, Point& point) const override {
    point.insert(point.end(), points_[i].begin(), points_[i].end());
  }
  std::vector<std::size_t> parameters() const override {
    std::vector<std::size_t> parameters;
    for (const auto& [parameter, value] : points_.front()) parameters.push_back(parameter);
    return parameters;
  }

 private:
  std::vector<Point> points_;
};

std::vector<std::size_t> parameters_of_all(const std::vector<AxisPointer>& axes) {
  std::vector<std::size_t> all;
  for (const AxisPointer& axis : axes)
    for (const std::size_t parameter : axis->parameters()) all.push_back(parameter);
  return all;
}

class ZipAxis : public Axis {
 public:
  explicit ZipAxis(std::vector<AxisPointer> axes) : axes_(std::move(axes)) {}

  std::uint64_t size() const override { return axes_.front()->size(); }
  void append(std::uint64_t i, Point& point) const override {
    for (const AxisPointer& axis : axes_) axis->append(i, point);
  }
  std::vector<std::size_t> parameters() const override { return parameters_of_all(axes_); }

 private:
  std::vector<AxisPointer> axes_;
};

class ProductAxis : public Axis {
 public:
  explicit ProductAxis(std::vector<AxisPointer> axes) : axes_(std::move(axes)) {}

  std::uint64_t size() const override {
    std::uint64_t size = 1;
    for (const AxisPointer& axis : axes_) size = saturating_product(size, axis->size());
    return size;
  }
  void append(std::uint64_t i, Point& point) const override {
    for (std::size_t a = axes_.size(); a-- > 0; i /= axes_[a]->size())
      axes_[a]->append(i % axes_[a]->size(), point);
  }
  std::vector<std::size_t> parameters() const override { return parameters_of_all(axes_); }

 private:
  std::vector<AxisPointer> axes_;
};

class UnionAxis : public Axis {
 public:
  explicit UnionAxis(std::vector<AxisPointer> axes) : axes_(std::move(axes)) {}

  std::uint64_t size() const override {
    std::uint64_t size = 0;
    for (const AxisPointer& axis : axes_) size = saturating_sum(size, axis->size());
    return size;
  }
  void append(std::uint64_t i, Point& point) const override {
    for (const AxisPointer& axis : axes_) {
      const std::uint64_t size = axis->size();
      if (i < size) return axis->append(i, point);
      i -= size;
    }
  }
  std::vector<std::size_t> parameters() const override { return axes_.front()->parameters(); }

 private:
  std::vector<AxisPointer> axes_;
};

}  // namespace

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) { return a > most - b ? most : a + b; }

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > most / b ? most : a * b;
}

AxisPointer values_axis(std::size_t parameter, std::uint64_t size, ValueAt value) {
  return std::make_shared<ValuesAxis>(parameter, size, std::move(value));
}

AxisPointer list_axis(std::size_t parameter, std::vector<Value> values) {
  const std::uint64_t size = values.size();
  return values_axis(parameter, size, [list = std::move(values)](std::uint64_t i) { return list[i]; });
}

AxisPointer points_axis(std::vector<Axis::Point> points) {
  return std::make_shared<PointsAxis>(std::move(points));
}

AxisPointer zip_axes(std::vector<AxisPointer> axes) { return std::make_shared<ZipAxis>(std::move(axes)); }
AxisPointer product_of(std::vector<AxisPointer> axes) {
  return std::make_shared<ProductAxis>(std::move(axes));
}
AxisPointer union_of(std::vector<AxisPointer> axes) { return std::make_shared<UnionAxis>(std::move(axes)); }

namespace {

// (a * p + b * q) / r in decimal arithmetic; in binary if the digits of a and b do not fit side by side.
double blend(double a, double p, double b, double q, double r) {
  const auto x = decimal_of(a), y = decimal_of(b);
  const auto whole = [](double count) { return static_cast<std::int64_t>(count); };
  const auto exact = x && y ? DecimalQuotient::blend(*x, whole(p), *y, whole(q), whole(r)) : std::nullopt;
  return exact ? exact->nearest() : a * (p / r) + b * (q / r);
}

// The last digits of a power are rounding errors: if a short decimal is that close, it is the value meant.
double without_rounding(double x) {
  double plain = x;
  const std::string text = fmt::format("{:.11e}", x);
  std::from_chars(text.data(), text.data() + text.size(), plain);
  return std::abs(plain - x) <= 64 * std::numeric_limits<double>::epsilon() * std::abs(x) ? plain : x;
}

}  // namespace

double linspace(double first, double last, std::uint64_t n, std::uint64_t i) {
  if (i == 0) return first;
  if (i + 1 == n) return last;
  return blend(first, static_cast<double>(n - 1 - i), last, static_cast<double>(i),
               static_cast<double>(n - 1));
}

double logspace(double first, double last, std::uint64_t n, std::uint64_t i) {
  if (i == 0) return first;
  if (i + 1 == n) return last;
  // <cmath> is not used: a value is part of a trial's identity and must have the same bits on every machine.
  const double from = elementary::log(first), to = elementary::log(last);
  const double at = from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1);
  return without_rounding(elementary::exp(at));
}

double range_at(double first, double step, std::uint64_t i) {
  return blend(first, 1, step, static_cast<double>(i), 1);
}

double range_size(double first, double last, double step) {
  const auto from = decimal_of(first), to = decimal_of(last), by = decimal_of(step);
  const auto exact = from && to && by ? decimal_steps(*from, *to, *by) : std::nullopt;
  if (exact) return *exact + 1;
  const double steps = (last - first) / step;
  // A last value that is out of reach only by the rounding of the division belongs to the axis.
  return steps >= 0 ? std::floor(steps * (1 + 1e-12) + 1e-9) + 1 : 0;
}

Stream draw_stream(std::int64_t seed, std::string_view parameter, std::uint64_t i) {
  return Stream(static_cast<std::uint64_t>(seed), hash_text(parameter), "axis").substream(i);
}

}  // namespace qklab
