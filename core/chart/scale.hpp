// From values to positions along an axis or a colour bar, with ticks that people would choose.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace qklab {

struct Scale {
  bool log = false;
  double low = 0;  // ends of the axis
  double high = 1;
  std::vector<std::pair<double, std::string>> ticks;  // position and text, ascending
  bool named = false;                                 // of names, each of which should be seen
  std::vector<double> minor = {};                     // ticks without a text, between those of a log axis

  // 0 at `low`, 1 at `high`; NaN for what can't stand here (NaN, or at most 0 on a log scale). For any
  // two doubles that differ as ends.
  double fraction(double x) const;
  bool can_show(double x) const;
};

// Covers all finite values (positive ones, where log) with `padding` of the length on either side, and
// about `max_ticks` ticks. No values, or equal ones, give a scale about them.
Scale numeric_scale(const std::vector<double>& values, bool log, double padding, int max_ticks);

// Covers the values, which ascend, with ticks at some of them and nowhere else, about `max_ticks`: where values
// are evenly spaced, at those with the shortest numbers.
Scale swept_scale(const std::vector<double>& values, bool log, int max_ticks);

// About one value, with a tick there and no other.
Scale single_scale(double value, bool log);

// 0, 1, ... at the centres of equally wide slots.
Scale category_scale(const std::vector<std::string>& names);

// Edges of cells about ascending `centers`: midpoints, in log where log. One longer than `centers`.
std::vector<double> cell_edges(const std::vector<double>& centers, bool log);

// How numbers are written: 0.25 and 100, or 2.5·10⁻¹ and 10². `either`: by their size.
enum class Notation { either, plain, scientific };
// In which of them numbers of one axis or list are written, so that all look alike.
Notation common_notation(const std::vector<double>& numbers);

// 0.25, 100, 10⁻⁵, to `digits` significant digits; in front of a power of ten one less.
std::string tick_text(double x, int digits = 4, Notation notation = Notation::either);
// The same for numbers of one axis or list: to as many digits as show how they differ, in one notation.
std::vector<std::string> tick_texts(const std::vector<double>& numbers);

// How many significant digits, from `least` on, show different numbers as different, and each nearer to
// itself than to the next one by far; `most` where not even these do.
int digits_apart(const std::vector<double>& numbers, int least, int most);

}  // namespace qklab
