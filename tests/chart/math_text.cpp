#include "core/chart/math_text.hpp"

#include <doctest/doctest.h>

#include "core/base/error.hpp"

using namespace qklab;

TEST_CASE("math becomes characters where there are some") {
  CHECK(plain_math("$\\sigma^2$") == "σ²");
  CHECK(plain_math("$W_{QK}$ and $x_1$") == "W_QK and x₁");
  CHECK(plain_math("$10^{-3}$") == "10⁻³");
  CHECK(plain_math("$e^{a/b}$") == "e^(a/b)");
  CHECK(plain_math("$\\frac{1}{\\sqrt{d}}$") == "1/(√d)");
  CHECK(plain_math("$\\mathrm{tr}\\,W^\\top W \\le \\infty$") == "tr Wᵀ W ≤ ∞");
  CHECK(plain_math("$\\|x\\|$") == "‖x‖");
}

TEST_CASE("a dollar sign that begins no math is one") {
  for (const char* text : {"costs $5", "$5 to $6", "a $ b $ c", "$", "$$", "no math"})
    CHECK(plain_math(text) == text);
  CHECK(plain_math("\\$x\\$") == "$x$");
  CHECK(!has_math("$5 to $6"));
  CHECK(has_math("a $x$"));
}

TEST_CASE("what can't be read is told") {
  CHECK_THROWS_WITH_AS(plain_math("$\\sigm$"), doctest::Contains("did you mean 'sigma'"), Error);
  CHECK_THROWS_WITH_AS(plain_math("$x_{1$"), doctest::Contains("not closed"), Error);
  CHECK_THROWS_WITH_AS(plain_math("$\\é$"), doctest::Contains("\\é is no command"), Error);
  CHECK_THROWS_WITH_AS(plain_math("$\\sqrt$"), doctest::Contains("needs something"), Error);
}
