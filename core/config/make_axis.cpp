#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/base/elementary.hpp"
#include "core/config/axis_form.hpp"

namespace qklab {

namespace {

using Kind = AxisForm::Kind;

constexpr double most_values = 1e7;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::values:
      return "values";
    case Kind::range:
      return "range";
    case Kind::linspace:
      return "linspace";
    case Kind::logspace:
      return "logspace";
    case Kind::uniform:
      return "uniform";
    case Kind::loguniform:
      return "loguniform";
    case Kind::normal:
      return "normal";
    case Kind::choice:
      return "choice";
  }
  return "";
}

bool is_random(Kind kind) {
  return kind == Kind::uniform || kind == Kind::loguniform || kind == Kind::normal || kind == Kind::choice;
}

struct Invalid {};  // thrown after the error has been reported

class AxisMaker {
 public:
  AxisMaker(const AxisForm& form, const Schema& schema, std::size_t i, Diagnostics& diagnostics)
      : form_(form), parameter_(schema[i]), index_(i), diagnostics_(diagnostics) {}

  AxisPointer make() {
    if (form_.items.empty()) fail(form_.place, "the axis has no values");
    if (form_.kind == Kind::values) return list_axis(index_, values());
    if (form_.kind == Kind::choice) return choice();
    if (parameter_.type != Type::integer && parameter_.type != Type::real) {
      fail(form_.place, fmt::format("takes {}: list its values instead of a {}",
                                    qklab::name_of(parameter_.type), name_of(form_.kind)));
    }
    return is_random(form_.kind) ? draws() : grid();
  }

 private:
  using NumberAt = std::function<double(std::uint64_t)>;

  void error(const Place& place, std::string_view message) {
    diagnostics_.error(place, fmt::format("'{}': {}", parameter_.name, message));
  }
  [[noreturn]] void fail(const Place& place, std::string_view message) {
    error(place, message);
    throw Invalid{};
  }

  std::optional<Value> convert(const Parameter& as, const AxisItem& item) {
    std::string why;
    std::optional<Value> value;
    if (item.quoted && as.type != Type::text) {
      why = fmt::format("expected {}, got the text '{}'", qklab::name_of(as.type), item.text);
    } else {
      value = as.convert(item.text, why);
    }
    if (!value) error(item.place, why);
    return value;
  }

  std::vector<Value> values() {
    if (static_cast<double>(form_.items.size()) > most_values) too_many(form_.place);
    std::vector<Value> values;
    for (const AxisItem& item : form_.items)
      if (auto value = convert(parameter_, item)) values.push_back(std::move(*value));
    if (values.size() != form_.items.size()) throw Invalid{};
    return values;
  }

  [[noreturn]] void too_many(const Place& place) {
    fail(place, fmt::format("the axis has more than {:.0f} values", most_values));
  }

  double number(const AxisItem& item) {
    const auto value = convert(real("", ""), item);
    if (!value) throw Invalid{};
    return std::get<double>(*value);
  }

  std::uint64_t count(const AxisItem& item) {
    const auto value = convert(integer("", "").at_least(1), item);
    if (!value) throw Invalid{};
    const std::int64_t n = std::get<std::int64_t>(*value);
    if (static_cast<double>(n) > most_values) too_many(item.place);
    return static_cast<std::uint64_t>(n);
  }

  void demand_items(std::size_t n, std::string_view form) {
    if (form_.items.size() != n)
      fail(form_.place, fmt::format("expected {}, got {} values", form, form_.items.size()));
  }

  void demand_positive(double x, const AxisItem& item) {
    if (!(x > 0))
      fail(item.place, fmt::format("{} needs positive ends, got {}", name_of(form_.kind), item.text));
  }

  AxisPointer grid() {
    if (form_.kind == Kind::range) {
      demand_items(3, "range: [first, last, step]");
      const double first = number(form_.items[0]), last = number(form_.items[1]),
                   step = number(form_.items[2]);
      if (!(step != 0)) fail(form_.items[2].place, "range: the step is 0");
      const double size = range_size(first, last, step);
      if (!(size >= 1)) fail(form_.items[2].place, "range: the step leads away from the last value");
      if (!(size <= most_values)) too_many(form_.place);
      return numbers(static_cast<std::uint64_t>(size),
                     [=](std::uint64_t i) { return range_at(first, step, i); });
    }
    const bool log = form_.kind == Kind::logspace;
    demand_items(3, log ? "logspace: [first, last, n]" : "linspace: [first, last, n]");
    const double first = number(form_.items[0]), last = number(form_.items[1]);
    const std::uint64_t n = count(form_.items[2]);
    if (!log) return numbers(n, [=](std::uint64_t i) { return linspace(first, last, n, i); });
    demand_positive(first, form_.items[0]);
    demand_positive(last, form_.items[1]);
    return numbers(n, [=](std::uint64_t i) { return logspace(first, last, n, i); });
  }

  // Returns the stream of draw i. The function captures by value, so that the axis owns all that it needs.
  std::function<Stream(std::uint64_t)> streams() {
    const auto seed = convert(integer("", "").range(0, exact_integers), form_.seed);
    if (!seed) throw Invalid{};
    return [seed = std::get<std::int64_t>(*seed), name = parameter_.name](std::uint64_t i) {
      return draw_stream(seed, name, i);
    };
  }

  AxisPointer choice() {
    const std::uint64_t n = count(form_.count);
    return values_axis(index_, n, [values = values(), stream = streams()](std::uint64_t i) {
      return values[stream(i).below(values.size())];
    });
  }

  AxisPointer draws() {
    const std::string kind(name_of(form_.kind));
    const bool normal = form_.kind == Kind::normal;
    demand_items(2, kind + (normal ? ": [mean, sd]" : ": [low, high]"));
    const double a = number(form_.items[0]), b = number(form_.items[1]);
    const std::uint64_t n = count(form_.count);
    const auto stream = streams();
    if (normal) {
      if (!(b >= 0)) fail(form_.items[1].place, "normal: the standard deviation is negative");
      return numbers(n, [=](std::uint64_t i) { return a + b * stream(i).normal(); });
    }
    if (!(a <= b)) fail(form_.place, kind + ": the first end is above the second");
    if (form_.kind == Kind::loguniform) {
      demand_positive(a, form_.items[0]);
      demand_positive(b, form_.items[1]);
      return numbers(n, [=](std::uint64_t i) {
        return elementary::exp(uniform(stream(i), elementary::log(a), elementary::log(b)));
      });
    }
    if (parameter_.type == Type::real)
      return numbers(n, [=](std::uint64_t i) { return uniform(stream(i), a, b); });
    const auto low = convert(parameter_, form_.items[0]), high = convert(parameter_, form_.items[1]);
    if (!low || !high) throw Invalid{};
    const std::int64_t first = std::get<std::int64_t>(*low), last = std::get<std::int64_t>(*high);
    // Unsigned, since the distance of two signed integers may overflow.
    const std::uint64_t span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
    if (first > last || span == std::numeric_limits<std::uint64_t>::max())
      fail(form_.place, "uniform: expected two integers in order, less than 2^64 - 1 apart");
    return values_axis(index_, n, [=](std::uint64_t i) -> Value {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + stream(i).below(span + 1));
    });
  }

  static double uniform(Stream stream, double a, double b) { return a + (b - a) * stream.uniform(); }

  // Every number is checked now, so that one out of range is found here and not in the middle of a run.
  AxisPointer numbers(std::uint64_t n, NumberAt at) {
    const bool whole = parameter_.type == Type::integer;
    for (std::uint64_t i = 0; i < n; ++i) {
      const double x = at(i);
      if (whole && !(std::abs(x) <= exact_integers && std::abs(x - std::round(x)) <= rounding(x)))
        fail(form_.place, fmt::format("{} yields {}, which is no integer", name_of(form_.kind), shortest(x)));
      const std::string why = parameter_.check(to_value(whole, x));
      if (!why.empty()) fail(form_.place, fmt::format("{}: {}", name_of(form_.kind), why));
    }
    return values_axis(index_, n,
                       [whole, at = std::move(at)](std::uint64_t i) { return to_value(whole, at(i)); });
  }

  // The distance from a whole number that is allowed: powers of a logspace and random draws are rounded.
  double rounding(double x) const {
    if (is_random(form_.kind)) return 0.5;
    return form_.kind == Kind::logspace ? 1e-9 * std::max(1.0, std::abs(x)) : 0;
  }

  static Value to_value(bool whole, double x) {
    if (whole) return static_cast<std::int64_t>(std::llround(x));
    return x + 0.0;  // turns -0 into 0
  }

  const AxisForm& form_;
  const Parameter& parameter_;
  std::size_t index_;
  Diagnostics& diagnostics_;
};

}  // namespace

AxisPointer make_axis(const AxisForm& form, const Schema& schema, std::size_t i, Diagnostics& diagnostics) {
  try {
    return AxisMaker(form, schema, i, diagnostics).make();
  } catch (const Invalid&) {
    return nullptr;
  }
}

}  // namespace qklab
