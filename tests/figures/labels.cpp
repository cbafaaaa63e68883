#include "core/figures/labels.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixture.hpp"

using namespace qklab;

namespace {

std::vector<std::string> texts(const std::vector<Value>& values, ShortTexts::Style style) {
  const ShortTexts shown(values, style);
  std::vector<std::string> result;
  for (const Value& value : values) result.push_back(shown.of(value));
  return result;
}
using Texts = std::vector<std::string>;
constexpr auto plain = ShortTexts::Style::plain, typeset = ShortTexts::Style::typeset;

}  // namespace

TEST_CASE("values are shown to four digits") {
  CHECK(texts({0.1 + 0.2, 0.03162277660168379, 1e-5}, typeset) == Texts{"0.3", "0.03162", "10⁻⁵"});
  CHECK(texts({0.1 + 0.2, 1e-5, probe::not_a_number}, plain) == Texts{"0.3", "1e-05", "nan"});
  CHECK(texts({true, std::string("pre"), std::int64_t{123456}}, plain) == Texts{"true", "pre", "123456"});
  CHECK(texts({}, plain).empty());
}

TEST_CASE("different values look different, and equal ones may stand twice") {
  CHECK(texts({1.0, 1.00001, 1.0}, typeset) == Texts{"1", "1.00001", "1"});
  CHECK(texts({0.3, 0.1 + 0.2}, plain) == Texts{"0.3", "0.30000000000000004"});
  CHECK(texts({std::int64_t{123456}, std::int64_t{123457}}, typeset) == Texts{"1.23456·10⁵", "1.23457·10⁵"});
  CHECK(texts({1.00001e-7, 1.00002e-7}, typeset) == Texts{"1.00001·10⁻⁷", "1.00002·10⁻⁷"});
}

TEST_CASE("a text is never nearer to another value than to its own") {
  CHECK(texts({99.998, 100.002}, plain) == Texts{"99.998", "100.002"});
  CHECK(texts({1.0, 100.002}, plain) == Texts{"1", "100"});
  CHECK(texts({-probe::not_a_number, 1.0}, plain) == Texts{"nan", "1"});
}

TEST_CASE("panels are named by their facet, or by what they measure") {
  const auto titles = [](const std::string& figure) {
    const Config config = probe::config(
        "sweep: {mean: [0, 0.30000000000000004], variance: [1, 2]}\nfigures: [" + figure + "]\n");
    const Figure drawn = probe::figures(config)[0];
    const Results results = probe::results(config, [](TrialRecord& t) { t.scalars = {1, 2}; });
    Texts shown;
    for (const Panel& panel : figure_data(drawn, results).panels) shown.push_back(panel.title);
    return std::pair(shown, value_label(drawn));
  };
  CHECK(titles("{name: a, x: variance, y: entropy, facet: mean}") ==
        std::pair(Texts{"mean = 0", "mean = 0.3"}, std::string("entropy [nats]")));
  CHECK(titles("{name: a, plot: heatmap, x: variance, y: mean, color: entropy}") ==
        std::pair(Texts{""}, std::string("entropy [nats]")));
  CHECK(titles("{name: a, plot: heatmap, x: variance, y: mean, color: [contrast, entropy]}") ==
        std::pair(Texts{"contrast", "entropy [nats]"}, std::string()));
}
