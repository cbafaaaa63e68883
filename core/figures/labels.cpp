#include "core/figures/labels.hpp"

#include <set>

#include "core/chart/scale.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/text/rounded.hpp"

namespace qklab {
namespace {

std::string short_text(const Value& value, ShortTexts::Style style, int digits) {
  const double* real = std::get_if<double>(&value);
  if (style == ShortTexts::Style::plain) return real ? rounded(*real, digits) : to_text(value);
  const std::int64_t* whole = std::get_if<std::int64_t>(&value);
  return real    ? tick_text(*real, digits)
         : whole ? tick_text(static_cast<double>(*whole), digits)
                 : to_text(value);
}

}  // namespace

ShortTexts::ShortTexts(const std::vector<Value>& values, Style style) {
  constexpr int most = 12;
  std::vector<double> numbers;
  for (const Value& value : values) {
    if (const double* real = std::get_if<double>(&value)) numbers.push_back(*real);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) numbers.push_back(static_cast<double>(*whole));
  }
  for (int digits = digits_apart(numbers, 4, most + 1); digits <= most; ++digits) {
    std::set<std::string> different;
    texts_.clear();
    for (const Value& value : values) {
      std::string text = short_text(value, style, digits);
      different.insert(text);
      texts_.emplace(to_text(value), std::move(text));
    }
    if (different.size() == texts_.size()) return;
  }
  for (const Value& value : values) texts_.insert_or_assign(to_text(value), to_text(value));
}

const std::string& ShortTexts::of(const Value& value) const { return texts_.at(to_text(value)); }

ShortTexts curve_texts(const FigureData& data) {
  std::vector<Value> values;
  for (const Panel& panel : data.panels) {
    for (const Curve& curve : panel.curves) values.insert(values.end(), curve.key.begin(), curve.key.end());
  }
  return {values, ShortTexts::Style::typeset};
}

std::string value_label(const Figure& figure) {
  if (figure.plot->value_label) return figure.plot->value_label(figure);
  return figure.plot->rows ? figure.colorlabel : figure.ylabel;
}

}  // namespace qklab
