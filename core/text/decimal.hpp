// Numbers as they are written, in tens: thrice 0.1 is 0.3, as it is on paper and is not in binary.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qklab {

__extension__ using Int128 = __int128;

// digits * 10^exponent
struct Decimal {
  Int128 digits = 0;
  int exponent = 0;
};

// Nothing for what is no finite number, or has more than 24 digits that count.
std::optional<Decimal> parse_decimal(std::string_view text);
std::optional<Decimal> decimal_of(double x);  // its shortest form

// numerator / denominator * 10^exponent, the denominator positive.
class DecimalQuotient {
 public:
  // (a * p + b * q) / r in whole numbers, for p, q and r up to 10^8 in magnitude, r > 0. Nothing where a and
  // b are of so different sizes that their digits do not fit side by side.
  static std::optional<DecimalQuotient> blend(const Decimal& a, std::int64_t p, const Decimal& b,
                                              std::int64_t q, std::int64_t r);
  double nearest() const;                     // the double that reading it from paper would give
  std::optional<std::int64_t> whole() const;  // where it is one, and below 10^18

 private:
  Int128 numerator_ = 0;
  std::int64_t denominator_ = 1;
  int exponent_ = 0;
};

// An integer however it is written: 1e5 and 4.0 are some; 1e300 and 4.5 are none, nor is what only rounding
// makes one.
std::optional<std::int64_t> parse_whole(std::string_view text);

// How often `step` fits into the way from `first` to `last`: as on paper, rounded down; -1 where it leads
// away. Nothing where the digits do not fit, or step is 0.
std::optional<double> decimal_steps(const Decimal& first, const Decimal& last, const Decimal& step);

}  // namespace qklab
