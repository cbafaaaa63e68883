#include "core/export/paper_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "core/stats/intervals.hpp"

namespace qklab {

namespace {

struct Point {
  std::vector<Value> at;
  std::vector<std::vector<double>> scalars;  // by scalar, a number for each seed
};

std::vector<Point> points_of(const Results& results, const std::vector<std::size_t>& varied) {
  std::vector<Point> points;
  std::map<std::vector<Value>, std::size_t> places;
  for (const TrialRecord& trial : results.trials) {
    if (trial.status != Status::done) continue;
    std::vector<Value> at;
    for (const std::size_t parameter : varied) at.push_back(trial.params[parameter]);
    const auto [place, is_new] = places.emplace(at, points.size());
    if (is_new) points.push_back({at, std::vector<std::vector<double>>(trial.scalars.size())});
    for (std::size_t i = 0; i < trial.scalars.size(); ++i)
      points[place->second].scalars[i].push_back(trial.scalars[i]);
  }
  return points;
}

// The text as the format shows it character by character.
std::string escaped(std::string_view text, PaperFormat format) {
  std::string out;
  for (const char c : text) {
    if (format == PaperFormat::markdown) {
      if (std::string_view("|\\`*_<").find(c) != std::string_view::npos) out += '\\';
      out += c;
    } else if (c == '\\') {
      out += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      out += fmt::format("\\{}{{}}", c);
    } else {
      if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string line_of(const std::vector<std::string>& fields, PaperFormat format) {
  return format == PaperFormat::latex ? fmt::format("{} \\\\\n", fmt::join(fields, " & "))
                                      : fmt::format("| {} |\n", fmt::join(fields, " | "));
}

std::string mathematical(const std::string& number) {
  const auto exponent = number.find('e');
  if (exponent == std::string::npos) return number;
  return fmt::format("{} \\cdot 10^{{{}}}", number.substr(0, exponent),
                     std::stoi(number.substr(exponent + 1)));
}

}  // namespace

std::string with_interval(double value, double half, PaperFormat format) {
  if (std::isnan(value)) return "--";
  const bool latex = format == PaperFormat::latex;
  if (std::isinf(value)) return fmt::format("{}{}", value < 0 ? "-" : "", latex ? "$\\infty$" : "inf");
  const auto number = [&](double x, int digits) {
    const std::string text = fmt::format("{:.{}g}", x, digits);
    return latex ? mathematical(text) : text;
  };
  const std::string sign = latex ? " \\pm " : " ± ";
  std::string text;
  if (!(std::isfinite(half) && half > 0)) {
    text = number(value, 4);
  } else {
    const int decimals = 1 - static_cast<int>(std::floor(std::log10(half)));
    const int places = std::max(decimals, 0);
    text = decimals < -3 || decimals > 6 ? number(value, 4) + sign + number(half, 2)
                                         : fmt::format("{:.{}f}{}{:.{}f}", value, places, sign, half, places);
  }
  return latex ? "$" + text + "$" : text;
}

std::string paper_table(const Results& results, const std::vector<std::size_t>& varied, PaperFormat format) {
  const Experiment& experiment = *results.experiment;
  const std::vector<Point> points = points_of(results, varied);
  std::vector<std::size_t> scalars;  // those that are somewhere
  for (std::size_t i = 0; i < experiment.scalars.size(); ++i) {
    const bool known = std::ranges::any_of(points, [i](const Point& point) {
      return std::ranges::any_of(point.scalars[i], [](double x) { return !std::isnan(x); });
    });
    if (known) scalars.push_back(i);
  }
  std::vector<std::string> heads;
  for (const std::size_t i : varied) heads.push_back(escaped(experiment.parameters[i].name, format));
  for (const std::size_t i : scalars) heads.push_back(escaped(experiment.scalars[i].name, format));
  std::string body;
  for (const Point& point : points) {
    std::vector<std::string> fields;
    for (const Value& value : point.at) {
      const auto* const real = std::get_if<double>(&value);
      fields.push_back(real ? with_interval(*real, 0, format) : escaped(to_text(value), format));
    }
    for (const std::size_t i : scalars) {
      const Interval around = interval(estimate_mean(point.scalars[i]), 0.95);
      fields.push_back(with_interval(mean(point.scalars[i]), (around.high - around.low) / 2, format));
    }
    body += line_of(fields, format);
  }
  if (format == PaperFormat::markdown)
    return line_of(heads, format) + line_of(std::vector<std::string>(heads.size(), "---"), format) + body;
  return fmt::format("\\begin{{tabular}}{{{}{}}}\n\\toprule\n{}\\midrule\n{}\\bottomrule\n\\end{{tabular}}\n",
                     std::string(varied.size(), 'l'), std::string(scalars.size(), 'c'),
                     line_of(heads, format), body);
}

}  // namespace qklab
