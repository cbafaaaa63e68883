#include "core/chart/scale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/chart/color.hpp"

using namespace qklab;

namespace {

std::vector<std::string> texts(const Scale& scale) {
  std::vector<std::string> result;
  for (const auto& tick : scale.ticks) result.push_back(tick.second);
  return result;
}
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ticks of linear and log scales are round numbers") {
  CHECK(texts(numeric_scale({0, 1}, false, 0, 5)) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(texts(numeric_scale({-0.5, 0.5}, false, 0, 2)) == Texts{"-0.5", "0", "0.5"});
  CHECK(texts(numeric_scale({0.01, 100}, true, 0, 5)) == Texts{"0.01", "0.1", "1", "10", "100"});
  CHECK(texts(numeric_scale({1e-12, 1}, true, 0, 4)) == Texts{"10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"});
  CHECK(texts(numeric_scale({1, 5}, true, 0, 4)) == Texts{"1", "2", "5"});
  CHECK(texts(numeric_scale({1e-320, 1}, true, 0, 4)) == Texts{"10⁻³⁰⁰", "10⁻²⁰⁰", "10⁻¹⁰⁰", "10⁰"});
}

TEST_CASE("numbers of one axis are all written in one way") {
  CHECK(tick_texts({0, 50000, 100000}) == Texts{"0", "50000", "100000"});
  CHECK(tick_texts({1e-4, 1e-3, 1e-2}) == Texts{"0.0001", "0.001", "0.01"});
  CHECK(tick_texts({1e-5, 1e-2, 10}) == Texts{"10⁻⁵", "10⁻²", "10¹"});
  CHECK(tick_texts({0, 0.5, 2e6}) == Texts{"0", "5·10⁻¹", "2·10⁶"});
  CHECK(tick_texts({1e6, 2e6}) == Texts{"10⁶", "2·10⁶"});
}

TEST_CASE("ticks of a swept axis stand at its values") {
  std::vector<double> even, decades;
  for (int k = 0; k <= 100; ++k) even.push_back(k / 100.0);
  for (int k = 0; k <= 8; ++k) decades.push_back(std::pow(10, k / 2.0 - 2));
  CHECK(texts(swept_scale(even, false, 5)) == Texts{"0", "0.5", "1"});
  CHECK(texts(swept_scale(decades, true, 5)) == Texts{"0.01", "0.1", "1", "10", "100"});
  CHECK(texts(swept_scale({0, 0.125, 0.5}, false, 5)) == Texts{"0", "0.125", "0.5"});
  CHECK(texts(swept_scale({0, 0.01, 1, 100}, false, 5)) ==
        Texts{"0", "100"});  // the others would lie on the first
  CHECK(texts(swept_scale({3, 5}, false, 5)) == Texts{"3", "5"});
}

TEST_CASE("scales cover their values whatever these are") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  using Values = std::vector<double>;
  for (const Values& values :
       {Values{}, Values{0}, Values{3, 3}, Values{nan, inf}, Values{-1e300, 1e300}, Values{1, 1 + 1e-15}}) {
    for (const bool log : {false, true}) {
      const Scale scale = numeric_scale(values, log, 0.05, 4);
      CHECK(std::isfinite(scale.low));
      CHECK(scale.low < scale.high);
      CHECK(scale.ticks.size() <= 20);
      for (const double v : values) {
        if (scale.can_show(v)) CHECK((scale.fraction(v) >= 0 && scale.fraction(v) <= 1));
      }
    }
  }
}

TEST_CASE("values that can't stand on a scale have no place") {
  const Scale scale = numeric_scale({0.1, 10}, true, 0, 4);
  CHECK(std::abs(scale.fraction(1) - 0.5) <= 1e-12);
  CHECK(std::isnan(scale.fraction(0)));
  CHECK(std::isnan(scale.fraction(-1)));
  CHECK(std::isnan(scale.fraction(std::nan(""))));
}

TEST_CASE("cells meet midway between their centres") {
  CHECK(cell_edges({1, 2, 4}, false) == std::vector<double>{0.5, 1.5, 3, 5});
  const std::vector<double> edges = cell_edges({1, 100}, true);
  CHECK(std::abs(edges[1] - 10) <= 1e-12);
  CHECK(std::abs(edges[2] - 1000) <= 1e-9);
  CHECK(cell_edges({8}, false) == std::vector<double>{4, 12});
  CHECK(cell_edges({0.002}, false) == std::vector<double>{0.001, 0.003});
  CHECK(cell_edges({0}, false) == std::vector<double>{-0.5, 0.5});
}

TEST_CASE("viridis gets brighter all the way, so it is ordered in grey too") {
  double before = -1;
  for (int k = 0; k <= 100; ++k) {
    const Color c = viridis(k / 100.0);
    const double luminance = 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue;
    CHECK(luminance > before);
    before = luminance;
  }
  CHECK(viridis(0).hex() == "#440154");
  CHECK(viridis(1).hex() == "#fde725");
  CHECK(viridis(std::nan("")).hex() == "#999999");
}

TEST_CASE("scales and cells hold at the ends of double") {
  const double largest = std::numeric_limits<double>::max(),
               least = std::numeric_limits<double>::denorm_min();
  using Values = std::vector<double>;
  for (const Values& values :
       {Values{-largest, largest}, Values{largest}, Values{0.9 * largest, largest}, Values{least},
        Values{least, 3 * least}, Values{0, least}, Values{-least, least}, Values{least, 1e-200, 1},
        Values{1e-310, largest}, Values{least, largest}}) {
    for (const bool log : {false, true}) {
      CAPTURE(values[0]);
      CAPTURE(log);
      for (const int count : {2, 4, 5}) {
        const Scale scale = numeric_scale(values, log, 0.04, count);
        CHECK(std::isfinite(scale.low));
        CHECK(std::isfinite(scale.high));
        CHECK(scale.low < scale.high);
        CHECK((scale.ticks.size() >= 1 && scale.ticks.size() <= 20));
        for (const double v : values)
          if (scale.can_show(v)) CHECK((scale.fraction(v) >= 0 && scale.fraction(v) <= 1));
        for (const auto& [position, text] : scale.ticks) CHECK(scale.can_show(position));
      }
      if ((log && values[0] <= 0) || (values.size() == 2 && values[1] - values[0] < 4 * least)) continue;
      const std::vector<double> edges = cell_edges(values, log);
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK((std::isfinite(edges[i]) && std::isfinite(edges[i + 1])));
        CHECK(edges[i] < edges[i + 1]);
      }
    }
  }
}

TEST_CASE("ticks of values that differ little say how they differ") {
  CHECK(texts(numeric_scale({20.0001, 20.0005}, false, 0, 4)) ==
        Texts{"20.0001", "20.0002", "20.0003", "20.0004", "20.0005"});
  CHECK(texts(numeric_scale({7654321, 7654324}, false, 0, 3)) ==
        Texts{"7.654321·10⁶", "7.654322·10⁶", "7.654323·10⁶", "7.654324·10⁶"});
  for (const double size : {1e-7, 0.3, 42.0, 1e6}) {
    for (const double spread : {1e-8, 1e-6, 1e-4, 0.01}) {
      const Scale scale = numeric_scale({size, size * (1 + spread)}, false, 0.04, 5);
      for (std::size_t i = 1; i < scale.ticks.size(); ++i)
        CHECK(scale.ticks[i].second != scale.ticks[i - 1].second);
    }
  }
}

TEST_CASE("one value has one tick, which says it") {
  CHECK(texts(single_scale(0.001, false)) == Texts{"0.001"});
  CHECK(texts(single_scale(1234.5678, true)) == Texts{"1234.5678"});
  CHECK(texts(single_scale(0, false)) == Texts{"0"});
}

TEST_CASE("numbers are written in full up to 99999, and none has a sign that is not its own") {
  CHECK(tick_text(20000) == "20000");
  CHECK(tick_text(12345.6) == "12346");
  CHECK(tick_text(-0.0) == "0");
  CHECK(tick_text(-std::nan("")) == "nan");
  CHECK(tick_text(1e-323) == "10⁻³²³");
  CHECK(tick_text(-2.5e7) == "-2.5·10⁷");
}

TEST_CASE("a log axis has ticks between its powers of ten, unless these are many") {
  const Scale few = numeric_scale({0.02, 300}, true, 0, 5);
  CHECK(std::ranges::count(few.minor, 0.05) == 1);
  CHECK(std::ranges::count(few.minor, 0.01) == 0);  // beyond its end
  CHECK(few.minor.size() >= 24);
  for (const double tick : few.minor) CHECK((tick >= few.low && tick <= few.high));
  CHECK(numeric_scale({1e-12, 1e12}, true, 0, 5).minor.empty());
  CHECK(numeric_scale({1, 100}, false, 0, 5).minor.empty());
  CHECK(swept_scale({0.01, 0.1, 1}, true, 5).minor.empty());
}
