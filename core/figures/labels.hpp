// What stands in legends, titles and on screens: short texts of values, and names of what is drawn.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/figures/figure_data.hpp"

namespace qklab {

// Texts for the values of one list, as short as keeps them apart: numbers to four significant digits, or to
// as many more as it takes that different numbers look different.
class ShortTexts {
 public:
  enum class Style { plain, typeset };  // 1e-05 or 10⁻⁵

  ShortTexts(const std::vector<Value>& values, Style style);
  const std::string& of(const Value& value) const;  // one of the list

 private:
  std::map<std::string, std::string> texts_;  // by the value's full text
};

// Of the curves of all panels.
ShortTexts curve_texts(const FigureData& data);

// What the numbers of the figure are, "entropy [nats]"; "" where each panel's title says it.
std::string value_label(const Figure& figure);

}  // namespace qklab
