#include "core/report/scale.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/report/color.hpp"

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
  CHECK(texts(numeric_scale({1e-12, 1}, true, 0, 4)) == Texts{"10⁻¹²", "10⁻⁹", "10⁻⁶", "0.001", "1"});
  CHECK(texts(numeric_scale({1, 5}, true, 0, 4)) == Texts{"1", "2", "5"});
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
  CHECK(cell_edges({7}, false) == std::vector<double>{6.5, 7.5});
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
