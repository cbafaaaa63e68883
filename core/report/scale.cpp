#include "core/report/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace qklab {
namespace {

// Multiples of 1, 2 or 5 times a power of ten within [low, high], which they cut into at most about `count`.
std::vector<double> nice_multiples(double low, double high, int count) {
  double step = std::pow(10.0, std::floor(std::log10((high - low) / count)));
  for (const double factor : {2.0, 2.5, 2.0}) {
    if ((high - low) / step <= count * (1 + 1e-9)) break;
    step *= factor;
  }
  std::vector<double> ticks;
  const double slack = 1e-9 * (high - low);
  for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> decades(double low, double high, int count) {
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  const int stride = std::max(1, (last - first + count - 1) / count);
  std::vector<double> ticks;
  for (int k = first; k <= last; k += stride) ticks.push_back(std::pow(10.0, k));
  return ticks;
}

std::vector<double> log_ticks(double low, double high, int count) {
  std::vector<double> ticks = decades(low, high, count);
  if (ticks.size() >= 2) return ticks;
  ticks.clear();
  const double start = std::pow(10.0, std::floor(std::log10(low)));
  for (double decade = start; decade <= high; decade *= 10) {
    for (const double factor : {1, 2, 5}) {
      if (decade * factor >= low * (1 - 1e-9) && decade * factor <= high * (1 + 1e-9))
        ticks.push_back(decade * factor);
    }
  }
  return ticks.size() >= 2 ? ticks : nice_multiples(low, high, count);
}

std::string superscript(int n) {
  static const char* const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = n < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(n))) text += digits[c - '0'];
  return text;
}

}  // namespace

std::string tick_text(double x, int digits) {
  const double size = std::abs(x);
  if (size == 0 || (size >= 1e-3 && size < 1e5)) return fmt::format("{:.{}g}", x == 0 ? 0.0 : x, digits);
  const int exponent = static_cast<int>(std::floor(std::log10(size) + 1e-9));
  const std::string mantissa = fmt::format("{:.{}g}", x / std::pow(10.0, exponent), digits - 1);
  if (mantissa == "1") return "10" + superscript(exponent);
  return mantissa + "·10" + superscript(exponent);
}

bool Scale::can_show(double x) const { return std::isfinite(x) && (!log || x > 0); }

double Scale::fraction(double x) const {
  if (!can_show(x)) return std::numeric_limits<double>::quiet_NaN();
  return log ? std::log(x / low) / std::log(high / low) : (x - low) / (high - low);
}

Scale numeric_scale(const std::vector<double>& values, bool log, double padding, int max_ticks) {
  Scale scale{log, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), {}};
  for (const double v : values) {
    if (!scale.can_show(v)) continue;
    scale.low = std::min(scale.low, v);
    scale.high = std::max(scale.high, v);
  }
  if (!(scale.low <= scale.high)) scale.low = scale.high = log ? 1 : 0;
  if (log) {
    const double span = std::log(scale.high / scale.low);
    const double extra = span > 1e-9 ? padding * span : std::log(2.0);
    scale.low *= std::exp(-extra);
    scale.high *= std::exp(extra);
  } else {
    const double span = scale.high - scale.low;
    const double size = std::max(std::abs(scale.low), std::abs(scale.high));
    const double extra = span > 1e-9 * size ? padding * span : (size > 0 ? 0.1 * size : 0.5);
    scale.low -= extra;
    scale.high += extra;
  }
  for (const double tick :
       log ? log_ticks(scale.low, scale.high, max_ticks) : nice_multiples(scale.low, scale.high, max_ticks)) {
    scale.ticks.emplace_back(tick,
                             tick_text(!log && std::abs(tick) < 1e-12 * (scale.high - scale.low) ? 0 : tick));
  }
  return scale;
}

Scale category_scale(const std::vector<std::string>& names) {
  Scale scale{false, -0.5, static_cast<double>(names.size()) - 0.5, {}};
  for (std::size_t i = 0; i < names.size(); ++i) scale.ticks.emplace_back(static_cast<double>(i), names[i]);
  return scale;
}

std::vector<double> cell_edges(const std::vector<double>& centers, bool log) {
  const auto to = [&](double x) { return log ? std::log(x) : x; };
  const auto back = [&](double x) { return log ? std::exp(x) : x; };
  if (centers.size() == 1) return {back(to(centers[0]) - 0.5), back(to(centers[0]) + 0.5)};
  std::vector<double> edges;
  for (std::size_t i = 1; i < centers.size(); ++i)
    edges.push_back(0.5 * (to(centers[i - 1]) + to(centers[i])));
  edges.insert(edges.begin(), 2 * to(centers.front()) - edges.front());
  edges.push_back(2 * to(centers.back()) - edges.back());
  for (double& edge : edges) edge = back(edge);
  return edges;
}

}  // namespace qklab
