// Decimal numbers as they are written: three times 0.1 is 0.3, as on paper and unlike in binary.
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

// Nothing for text that is not a finite number, or has more than 24 significant digits.
std::optional<Decimal> parse_decimal(std::string_view text);
std::optional<Decimal> decimal_of(double x);  // from the shortest text form of x

// numerator / denominator * 10^exponent, with a positive denominator.
class DecimalQuotient {
 public:
  // (a * p + b * q) / r in whole numbers, for p, q and r up to 10^8 in magnitude, r > 0. Nothing where the
  // sizes of a and b differ so much that their digits do not fit side by side.
  static std::optional<DecimalQuotient> blend(const Decimal& a, std::int64_t p, const Decimal& b,
                                              std::int64_t q, std::int64_t r);
  double nearest() const;                     // the double nearest to the exact quotient
  std::optional<std::int64_t> whole() const;  // its value, if it is a whole number below 10^18

 private:
  Int128 numerator_ = 0;
  std::int64_t denominator_ = 1;
  int exponent_ = 0;
};

// Reads an integer in any notation: 1e5 and 4.0 are integers; 1e300 and 4.5 are not, nor is a number that
// only rounding makes whole.
std::optional<std::int64_t> parse_whole(std::string_view text);

// The number of whole steps from `first` to `last`, computed in decimal and rounded down; -1 if `step` leads
// away from `last`. Nothing where the digits do not fit, or step is 0.
std::optional<double> decimal_steps(const Decimal& first, const Decimal& last, const Decimal& step);

}  // namespace qklab
