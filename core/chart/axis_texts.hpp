// How the texts of an axis's ticks stand beside one another.
#pragma once

#include <string>
#include <vector>

#include "core/chart/scale.hpp"

namespace qklab {

struct AxisText {
  double at;  // share of the axis
  std::string text;
  int row = 0;  // below an x axis: the second row is 1
};

struct AxisTexts {
  std::vector<AxisText> texts;
  bool turned = false;
  double room = 0;                // that they take beside the axis
  double before = 0, beyond = 0;  // how far the first and the last stick out beyond the axis's ends
};

// Below an axis of that length: in a row where they fit; of names, in two rows or turned and, if need be,
// shortened; of numbers, every second, third, ... of them.
AxisTexts texts_below(const Scale& scale, double length);

// Left of an axis of that length, or right of a colour bar: shortened to `width`; every second, third, ... of
// them where they would lie on one another.
AxisTexts texts_beside(const Scale& scale, double length, double width);

}  // namespace qklab
