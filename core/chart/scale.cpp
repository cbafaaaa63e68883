#include "core/chart/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <tuple>

namespace qklab {
namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr std::size_t most_ticks = 50;  // whatever rounding does to a step

double finite(double x) { return std::clamp(x, -largest, largest); }

// Multiples of 1, 2 or 5 times a power of ten within [low, high], which they cut into at most about `count`.
std::vector<double> nice_multiples(double low, double high, int count) {
  const double part = high / count - low / count;
  double step = std::pow(10.0, std::floor(std::log10(part)));
  for (const double factor : {2.0, 2.5, 2.0}) {
    if (part <= step * (1 + 1e-9)) break;
    step *= factor;
  }
  if (!(step > 0) || !std::isfinite(step)) return {low, high};
  std::vector<double> ticks;
  const double slack = 1e-9 * count;  // in steps
  const double last = high / step + slack;
  for (double k = std::ceil(low / step - slack); k <= last && ticks.size() < most_ticks; ++k)
    ticks.push_back(k * step);
  return ticks;
}

std::vector<double> decades(double low, double high, int count) {
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  int stride = 1;
  for (const int nice : {1, 2, 3, 5, 10, 20, 50, 100, 200, 500}) {
    stride = nice;
    if (last - first <= stride * count) break;
  }
  std::vector<double> ticks;
  const int start = first + ((-first % stride) + stride) % stride;  // so that 1 is among them
  for (int k = start; k <= last; k += stride) ticks.push_back(std::pow(10.0, k));
  std::erase_if(ticks, [](double tick) { return !(tick > 0) || !std::isfinite(tick); });
  return ticks;
}

std::vector<double> log_ticks(double low, double high, int count) {
  std::vector<double> ticks = decades(low, high, count);
  if (ticks.size() >= 2) return ticks;
  ticks.clear();
  const int first = static_cast<int>(std::floor(std::log10(low)));
  for (int k = first; k <= first + 2; ++k) {  // fewer than two powers of ten lie between the ends
    for (const double factor : {1, 2, 5}) {
      const double tick = factor * std::pow(10.0, k);
      if (tick >= low * (1 - 1e-9) && tick <= finite(high * (1 + 1e-9))) ticks.push_back(tick);
    }
  }
  return ticks.size() >= 2 ? ticks : nice_multiples(low, high, count);
}

// 2, 3, ... 9 times each power of ten, where powers of ten are ticks and few enough that these can be told apart.
std::vector<double> minor_log_ticks(double low, double high) {
  constexpr double most_decades = 7;
  const double first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
  std::vector<double> ticks;
  if (!(last - first <= most_decades)) return ticks;
  for (double k = first; k <= last; ++k) {
    for (int factor = 2; factor <= 9; ++factor) {
      const double tick = factor * std::pow(10.0, k);
      if (tick >= low && tick <= high) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string superscript(int n) {
  static const char* const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = n < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(n))) text += digits[c - '0'];
  return text;
}

// A decimal without the zeros at its end.
std::string trimmed(std::string decimal) {
  if (decimal.find('.') == std::string::npos) return decimal;
  decimal.erase(decimal.find_last_not_of('0') + 1);
  if (decimal.ends_with('.')) decimal.pop_back();
  return decimal;
}

// x = mantissa times ten to the exponent, the mantissa as text of `digits` significant digits.
std::pair<std::string, int> scientific(double x, int digits) {
  // Near the smallest double few digits are left: 1e-323 is 9.88e-324 to three.
  const bool is_subnormal = std::abs(x) < std::numeric_limits<double>::min();
  const std::string exact = is_subnormal ? fmt::format("{}", x) : "";
  const std::string text = is_subnormal && exact.size() < 8 ? exact : fmt::format("{:.{}e}", x, digits - 1);
  const std::size_t e = text.find('e');
  return {trimmed(text.substr(0, e)), std::atoi(text.c_str() + e + 1)};
}

// In front of a power of ten one digit less.
bool is_scientific(double x) {
  const double size = std::abs(x);
  return size != 0 && !(size >= 1e-3 && size < 1e5);
}

double rounded(double x, int digits) {
  return std::strtod(fmt::format("{:.{}e}", x, digits - (is_scientific(x) ? 2 : 1)).c_str(), nullptr);
}

// The ends of a scale about values from low to high, with room on either side.
void widen(Scale& scale, double padding) {
  if (scale.log) {
    const double from = std::log(scale.low), to = std::log(scale.high);
    const double extra = to - from > 1e-9 ? padding * (to - from) : std::log(2.0);
    scale.low = std::max(smallest, scale.low * std::exp(-extra));
    scale.high = finite(scale.high * std::exp(extra));
    if (!(scale.low < scale.high))
      (scale.low > 1 ? scale.low /= 4 : scale.high *= 4);  // at the end of double
    return;
  }
  const double span = finite(scale.high - scale.low);
  const double size = std::max(std::abs(scale.low), std::abs(scale.high));
  const double extra = span > 1e-9 * size ? padding * span : (size > 0 ? 0.1 * size : 0.5);
  scale.low = finite(scale.low - extra);
  scale.high = finite(scale.high + extra);
  if (!(scale.low < scale.high)) {  // a tenth of the smallest is nothing
    scale.low -= 2 * smallest;
    scale.high += 2 * smallest;
  }
}

void add_ticks(Scale& scale, std::vector<double> ticks) {
  for (double& tick : ticks) {
    const bool is_zero = !scale.log && std::abs(tick) < 1e-12 * finite(scale.high - scale.low);
    if (is_zero) tick = 0;
  }
  const std::vector<std::string> texts = tick_texts(ticks);
  for (std::size_t i = 0; i < ticks.size(); ++i) scale.ticks.emplace_back(ticks[i], texts[i]);
}

}  // namespace

Notation common_notation(const std::vector<double>& numbers) {
  bool scientific = false, plain = false, extreme = false;
  for (const double x : numbers) {
    if (x == 0 || !std::isfinite(x)) continue;
    (is_scientific(x) ? scientific : plain) = true;
    extreme |= !(std::abs(x) >= 1e-4 && std::abs(x) < 1e6);
  }
  if (!scientific || !plain) return Notation::either;
  return extreme ? Notation::scientific : Notation::plain;
}

std::string tick_text(double x, int digits, Notation notation) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  if (x == 0) return "0";
  const bool powers = notation == Notation::either ? is_scientific(x) : notation == Notation::scientific;
  const auto [mantissa, exponent] = scientific(x, powers ? std::max(1, digits - 1) : digits);
  if (!powers) return trimmed(fmt::format("{:.{}f}", x, std::max(0, digits - 1 - exponent)));
  if (mantissa == "1") return "10" + superscript(exponent);
  return mantissa + "·10" + superscript(exponent);
}

int digits_apart(const std::vector<double>& numbers, int least, int most) {
  std::vector<double> sorted;
  for (const double x : numbers)
    if (std::isfinite(x)) sorted.push_back(x);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const auto gap = [&](std::size_t i) {  // to the nearest of the others
    const double before = i > 0 ? sorted[i] - sorted[i - 1] : largest;
    return i + 1 < sorted.size() ? std::min(before, sorted[i + 1] - sorted[i]) : before;
  };
  for (int digits = least; digits < most; ++digits) {
    bool near = true;
    for (std::size_t i = 0; near && i < sorted.size(); ++i)
      near = std::abs(rounded(sorted[i], digits) - sorted[i]) <= 0.02 * gap(i);
    if (near) return digits;
  }
  return most;
}

std::vector<std::string> tick_texts(const std::vector<double>& numbers) {
  const int digits = digits_apart(numbers, 4, 17);
  const Notation notation = common_notation(numbers);
  std::vector<std::string> texts;
  for (const double x : numbers) texts.push_back(tick_text(x, digits, notation));
  return texts;
}

bool Scale::can_show(double x) const { return std::isfinite(x) && (!log || x > 0); }

double Scale::fraction(double x) const {
  if (!can_show(x)) return std::numeric_limits<double>::quiet_NaN();
  if (log) return (std::log(x) - std::log(low)) / (std::log(high) - std::log(low));
  const double length = high - low;
  return std::isfinite(length) ? (x - low) / length : (0.5 * x - 0.5 * low) / (0.5 * high - 0.5 * low);
}

Scale numeric_scale(const std::vector<double>& values, bool log, double padding, int max_ticks) {
  Scale scale{log, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), {}};
  for (const double v : values) {
    if (!scale.can_show(v)) continue;
    scale.low = std::min(scale.low, v);
    scale.high = std::max(scale.high, v);
  }
  if (!(scale.low <= scale.high)) scale.low = scale.high = log ? 1 : 0;
  widen(scale, padding);
  add_ticks(scale, log ? log_ticks(scale.low, scale.high, max_ticks)
                       : nice_multiples(scale.low, scale.high, max_ticks));
  if (log) scale.minor = minor_log_ticks(scale.low, scale.high);
  return scale;
}

namespace {

// Every k-th of evenly spaced numbers, whose texts are the shortest.
std::vector<double> shortest_stride(const std::vector<double>& values, std::size_t most) {
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t stride = (values.size() - 1) / most + 1; stride < values.size(); ++stride) {
    std::vector<double> ticks;
    for (std::size_t i = 0; i < values.size(); i += stride) ticks.push_back(values[i]);
    if (2 * ticks.size() < most) break;
    double length = 0;
    for (const std::string& text : tick_texts(ticks)) length += static_cast<double>(text.size());
    length /= static_cast<double>(ticks.size());
    if (length < least) std::tie(best, least) = std::pair(ticks, length);
  }
  return best;
}

// As many as leave `gap` between them, the first and the last among them.
std::vector<double> apart(const std::vector<double>& values, const std::vector<double>& places, double gap) {
  std::vector<double> ticks;
  double last = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_end = i + 1 == values.size();
    if (!is_end && (places[i] - last < gap || places.back() - places[i] < gap)) continue;
    ticks.push_back(values[i]);
    last = places[i];
  }
  return ticks;
}

}  // namespace

Scale swept_scale(const std::vector<double>& values, bool log, int max_ticks) {
  Scale scale = numeric_scale(values, log, 0, max_ticks);
  const auto most = static_cast<std::size_t>(max_ticks);
  std::vector<double> places;
  for (const double value : values) places.push_back(scale.fraction(value));
  bool even = true;
  for (std::size_t i = 1; i < places.size(); ++i)
    even &= std::abs((places[i] - places[i - 1]) * static_cast<double>(places.size() - 1) - 1) < 0.05;
  std::vector<double> ticks = values;
  if (even && values.size() > most)
    ticks = shortest_stride(values, most);
  else if (!even)
    ticks = apart(values, places, 0.7 / max_ticks);
  scale.ticks.clear();
  scale.minor.clear();  // ticks of swept values are not those of an axis
  add_ticks(scale, std::move(ticks));
  return scale;
}

Scale single_scale(double value, bool log) {
  Scale scale = numeric_scale({value}, log, 0, 1);
  scale.ticks.clear();
  scale.minor.clear();
  if (scale.can_show(value)) scale.ticks.emplace_back(value, tick_text(value, 12));
  return scale;
}

Scale category_scale(const std::vector<std::string>& names) {
  Scale scale{false, -0.5, static_cast<double>(names.size()) - 0.5, {}, true};
  for (std::size_t i = 0; i < names.size(); ++i) scale.ticks.emplace_back(static_cast<double>(i), names[i]);
  return scale;
}

std::vector<double> cell_edges(const std::vector<double>& centers, bool log) {
  const auto to = [&](double x) { return log ? std::log(x) : x; };
  const auto back = [&](double x) { return log ? std::clamp(std::exp(x), smallest, largest) : finite(x); };
  if (centers.size() == 1) {
    const double c = centers[0];
    if (log) return {back(to(c) - 0.5), back(to(c) + 0.5)};
    const double half = c == 0 ? 0.5 : std::max(0.5 * std::abs(c), smallest);  // as wide as it is large
    return {finite(c - half), finite(c + half)};
  }
  std::vector<double> edges;
  for (std::size_t i = 1; i < centers.size(); ++i)
    edges.push_back(0.5 * to(centers[i - 1]) + 0.5 * to(centers[i]));
  edges.insert(edges.begin(), to(centers.front()) + (to(centers.front()) - edges.front()));
  edges.push_back(to(centers.back()) + (to(centers.back()) - edges.back()));
  for (double& edge : edges) edge = back(edge);
  return edges;
}

}  // namespace qklab
