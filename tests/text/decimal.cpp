#include "core/text/decimal.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

#include "core/base/value.hpp"

using namespace qklab;

namespace {

double sum_of(const char* a, std::int64_t p, const char* b, std::int64_t q, std::int64_t r = 1) {
  const auto x = parse_decimal(a), y = parse_decimal(b);
  REQUIRE(x);
  REQUIRE(y);
  const auto sum = DecimalQuotient::blend(*x, p, *y, q, r);
  REQUIRE(sum);
  return sum->nearest();
}

}  // namespace

TEST_CASE("decimal: what is written is read, and what is no finite number is not") {
  for (const char* const text : {"0.1", "+0.1", "1e-1", "0.100", ".1", "10E-2", "00.1"}) {
    CAPTURE(text);
    const auto number = parse_decimal(text);
    REQUIRE(number);
    CHECK(number->digits == 1);
    CHECK(number->exponent == -1);
  }
  CHECK(parse_decimal("-1200000000000000000000")->digits == -12);
  for (const char* const text : {"", "-", ".", "e5", "1e", "1x", "nan", "inf", "0x10", "1.2.3", "1e99999",
                                 "1234567890123456789012345"})
    CHECK_MESSAGE(!parse_decimal(text), text);
}

TEST_CASE("decimal: sums are those on paper, where binary ones are off") {
  CHECK(0.1 + 0.2 != 0.3);
  CHECK(sum_of("0.1", 1, "0.2", 1) == 0.3);
  for (int k = -2000; k <= 2000; ++k) {
    CAPTURE(k);
    const std::string digits = std::to_string(std::abs(k) / 100) + "." +
                               std::to_string(std::abs(k) % 100 / 10) + std::to_string(std::abs(k) % 10);
    CHECK(sum_of("0", 1, "0.01", k) == *parse_real((k < 0 ? "-" : "") + digits));
  }
  CHECK(sum_of("0", 2, "1", 1, 3) == 1.0 / 3);
  CHECK(sum_of("-1", 1, "0", 0, 7) == -1.0 / 7);
  CHECK(sum_of("1e300", 1, "1e299", 5) == 1.5e300);
  CHECK(sum_of("0", 1, "5e-324", 1) == 5e-324);
}

TEST_CASE("decimal: a double comes back as itself, whatever its size") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    const double x = std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 1800) - 950);
    const auto number = decimal_of(x);
    REQUIRE(number);
    CHECK(DecimalQuotient::blend(*number, 1, {}, 0, 1)->nearest() == x);
    CHECK(DecimalQuotient::blend(*number, 1, *number, 1, 2)->nearest() == x);
  }
}

TEST_CASE("decimal: digits that do not fit side by side are told") {
  CHECK(!DecimalQuotient::blend(*parse_decimal("1e300"), 1, *parse_decimal("1e-300"), 1, 1));
  CHECK(!decimal_steps(*parse_decimal("0"), *parse_decimal("1e300"), *parse_decimal("1e-300")));
}

TEST_CASE("decimal: steps are counted as on paper") {
  const auto steps = [](const char* first, const char* last, const char* step) {
    return decimal_steps(*parse_decimal(first), *parse_decimal(last), *parse_decimal(step));
  };
  CHECK(steps("0", "1", "0.1") == 10);
  CHECK(steps("0", "0.9999999999", "0.1") == 9);
  CHECK(steps("1", "-1", "-0.7") == 2);
  CHECK(steps("2", "2", "0.1") == 0);
  CHECK(steps("0", "1", "-0.1") == -1);
  CHECK(!steps("0", "1", "0"));
}

TEST_CASE("decimal: whole numbers are told from those that rounding makes whole") {
  const auto whole = [](const char* text) {
    return DecimalQuotient::blend(*parse_decimal(text), 1, {}, 0, 1)->whole();
  };
  CHECK(whole("4.0") == 4);
  CHECK(whole("-1.5e1") == -15);
  CHECK(whole("1e17") == 100000000000000000);
  CHECK(!whole("4503599627370496.1"));
  CHECK(!whole("1e18"));
  CHECK(!DecimalQuotient::blend(*parse_decimal("1"), 1, {}, 0, 3)->whole());
}
