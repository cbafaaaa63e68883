#include "core/chart/axis_texts.hpp"

#include <algorithm>

#include "core/chart/layout.hpp"
#include "core/chart/text_fit.hpp"

namespace qklab {
namespace {

constexpr double least_space = 3;      // between texts
constexpr double longest_turned = 62;  // of a name that reads upwards

std::vector<AxisText> all_of(const Scale& scale) {
  std::vector<AxisText> result;
  for (const auto& [position, text] : scale.ticks) {
    const double at = scale.fraction(position);
    if (at >= -1e-9 && at <= 1 + 1e-9) result.push_back({at, text});
  }
  return result;
}

double width_of(const AxisText& text) { return text_width(text.text, small_size); }

// Whether each text is free of the one `rows` places before it, its neighbour in the same row.
bool fit_in_rows(const std::vector<AxisText>& texts, double length, std::size_t rows) {
  for (std::size_t i = rows; i < texts.size(); ++i) {
    const double distance = length * (texts[i].at - texts[i - rows].at);
    if (distance < 0.5 * (width_of(texts[i]) + width_of(texts[i - rows])) + least_space) return false;
  }
  return true;
}

std::vector<AxisText> every(std::size_t stride, const std::vector<AxisText>& all) {
  std::vector<AxisText> result;
  for (std::size_t i = 0; i < all.size(); i += stride) result.push_back(all[i]);
  return result;
}

// As many as stand `distance` apart.
std::vector<AxisText> apart(const std::vector<AxisText>& all, double length, double distance) {
  const auto near = [&](const std::vector<AxisText>& texts) {
    for (std::size_t i = 1; i < texts.size(); ++i)
      if (length * (texts[i].at - texts[i - 1].at) < distance) return true;
    return false;
  };
  std::size_t stride = 1;
  while (stride < all.size() && near(every(stride, all))) ++stride;
  return every(stride, all);
}

void shorten(std::vector<AxisText>& texts, double width) {
  std::vector<std::string> names;
  for (const AxisText& text : texts) names.push_back(text.text);
  names = shortened(names, width, small_size);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i].text = std::move(names[i]);
}

double widest(const std::vector<AxisText>& texts) {
  double width = 0;
  for (const AxisText& text : texts) width = std::max(width, width_of(text));
  return width;
}

// Texts that stand upright below the axis.
AxisTexts in_rows(std::vector<AxisText> texts, double length, int rows) {
  AxisTexts result{std::move(texts), false, rows * small_line + 2, 0, 0};
  for (std::size_t i = 0; i < result.texts.size(); ++i) {
    AxisText& text = result.texts[i];
    text.row = static_cast<int>(i) % rows;
    result.before = std::max(result.before, 0.5 * width_of(text) - text.at * length);
    result.beyond = std::max(result.beyond, 0.5 * width_of(text) - (1 - text.at) * length);
  }
  return result;
}

AxisTexts names_below(std::vector<AxisText> texts, double length) {
  // Names in different rows do not meet, however long they are, so each must fit by itself as well.
  for (const int rows : {1, 2})
    if ((texts.size() == 1 || widest(texts) <= length) &&
        fit_in_rows(texts, length, static_cast<std::size_t>(rows)))
      return in_rows(std::move(texts), length, rows);
  shorten(texts, longest_turned);
  texts = apart(texts, length, small_line);
  const double room = widest(texts) + 4;
  return {std::move(texts), true, room, 0, 0};
}

}  // namespace

AxisTexts texts_below(const Scale& scale, double length) {
  std::vector<AxisText> all = all_of(scale);
  if (scale.named) {
    if (all.size() == 1) shorten(all, length + 20);
    return names_below(std::move(all), length);
  }
  std::size_t stride = 1;
  while (stride < all.size() && !fit_in_rows(every(stride, all), length, 1)) ++stride;
  return in_rows(every(stride, all), length, 1);
}

AxisTexts texts_beside(const Scale& scale, double length, double width) {
  std::vector<AxisText> texts = all_of(scale);
  shorten(texts, width);
  texts = apart(texts, length, small_line);
  const double room = widest(texts);
  return {std::move(texts), false, room, 0, 0};
}

}  // namespace qklab
