#include "core/text/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "core/base/value.hpp"

namespace qklab {

namespace {

constexpr std::size_t most_digits = 24;
constexpr int whole_digits = 18;
constexpr int most_shift = 29;           // 10^29 * 10^8 * 2 is below 2^127
constexpr std::size_t digits_kept = 40;  // many more than the nearest double needs
constexpr Int128 exact_doubles = Int128{1} << 53;
constexpr int exact_powers = 22;  // 10^22 is the last power of ten that a double holds

Int128 power_of_ten(int exponent) {
  Int128 power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

Int128 magnitude(Int128 x) { return x < 0 ? -x : x; }

// x's digits in units of 10^exponent; `exponent` is not larger than x's own.
std::optional<Int128> digits_in(const Decimal& x, int exponent) {
  if (x.digits == 0) return 0;
  const int shift = x.exponent - exponent;
  if (shift > most_shift) return std::nullopt;
  const Int128 limit = power_of_ten(most_shift - shift);
  return magnitude(x.digits) <= limit ? std::optional(x.digits * power_of_ten(shift)) : std::nullopt;
}

int common_exponent(std::initializer_list<const Decimal*> numbers) {
  std::optional<int> least;
  for (const Decimal* number : numbers)
    if (number->digits != 0) least = std::min(least.value_or(number->exponent), number->exponent);
  return least.value_or(0);
}

std::string text_of(Int128 x) {
  std::string digits;
  for (; x > 0; x /= 10) digits += static_cast<char>('0' + static_cast<int>(x % 10));
  std::reverse(digits.begin(), digits.end());
  if (digits.empty()) digits += '0';
  return digits;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t mark = text.find_first_of("eE");
  Decimal number;
  if (mark != std::string_view::npos) {
    const auto exponent = parse_integer(text.substr(mark + 1));
    if (!exponent || *exponent < -1000 || *exponent > 1000) return std::nullopt;
    number.exponent = static_cast<int>(*exponent);
    text = text.substr(0, mark);
  }
  std::size_t counted = 0, seen = 0, zeros = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++seen;
    number.exponent -= point ? 1 : 0;
    if (c == '0') {  // counts only if another digit follows, so that 100000 is 1e5
      ++zeros;
      continue;
    }
    counted = counted == 0 ? 1 : counted + zeros + 1;
    if (counted > most_digits) return std::nullopt;
    if (number.digits != 0) number.digits *= power_of_ten(static_cast<int>(zeros));
    number.digits = number.digits * 10 + (c - '0');
    zeros = 0;
  }
  if (seen == 0) return std::nullopt;
  number.exponent += static_cast<int>(zeros);
  if (negative) number.digits = -number.digits;
  return number;
}

std::optional<Decimal> decimal_of(double x) { return parse_decimal(shortest(x)); }

std::optional<DecimalQuotient> DecimalQuotient::blend(const Decimal& a, std::int64_t p, const Decimal& b,
                                                      std::int64_t q, std::int64_t r) {
  DecimalQuotient result;
  result.exponent_ = common_exponent({&a, &b});
  const auto x = digits_in(a, result.exponent_), y = digits_in(b, result.exponent_);
  if (!x || !y) return std::nullopt;
  result.numerator_ = *x * p + *y * q;
  result.denominator_ = r;
  return result;
}

double DecimalQuotient::nearest() const {
  if (numerator_ == 0) return 0;
  // Where both numbers are exact doubles, one division rounds only once.
  if (exponent_ >= -exact_powers && exponent_ <= exact_powers) {
    const Int128 power = power_of_ten(std::abs(exponent_));
    const Int128 up =
        exponent_ > 0 ? numerator_ * (magnitude(numerator_) < exact_doubles ? power : 1) : numerator_;
    const Int128 down = exponent_ < 0 ? denominator_ * power : Int128{denominator_};
    const bool scaled = exponent_ <= 0 || magnitude(numerator_) < exact_doubles;
    if (scaled && magnitude(up) < exact_doubles && down < exact_doubles)
      return static_cast<double>(up) / static_cast<double>(down);
  }
  const Int128 size = magnitude(numerator_);
  std::string text(numerator_ < 0 ? 1 : 0, '-');
  text += text_of(size / denominator_);
  text += '.';
  auto rest = static_cast<std::int64_t>(size % denominator_);
  for (std::size_t i = 0; i < digits_kept && rest != 0; ++i) {
    rest *= 10;
    text += static_cast<char>('0' + rest / denominator_);
    rest %= denominator_;
  }
  text += rest != 0 ? '1' : '0';
  text += fmt::format("e{}", exponent_);
  double x = 0;
  std::from_chars(text.data(), text.data() + text.size(), x);
  return x;
}

std::optional<std::int64_t> DecimalQuotient::whole() const {
  Int128 up = numerator_, down = denominator_;
  if (up == 0) return 0;
  if (exponent_ < -37 || exponent_ > 18) return std::nullopt;
  if (exponent_ < 0) {
    // Multiplies by 10 step by step, since the denominator times the whole power may not fit.
    if (up % down != 0) return std::nullopt;
    up /= down;
    for (int i = exponent_; i < 0; ++i) {
      if (up % 10 != 0) return std::nullopt;
      up /= 10;
    }
    down = 1;
  }
  for (int i = 0; i < exponent_; ++i) {
    if (magnitude(up) > power_of_ten(36)) return std::nullopt;
    up *= 10;
  }
  if (up % down != 0) return std::nullopt;
  up /= down;
  return magnitude(up) < power_of_ten(whole_digits) ? std::optional(static_cast<std::int64_t>(up))
                                                    : std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  if (const auto integer = parse_integer(text)) return integer;
  const auto number = parse_decimal(text);
  const auto exact = number ? DecimalQuotient::blend(*number, 1, {}, 0, 1) : std::nullopt;
  return exact ? exact->whole() : std::nullopt;
}

std::optional<double> decimal_steps(const Decimal& first, const Decimal& last, const Decimal& step) {
  const int exponent = common_exponent({&first, &last, &step});
  const auto from = digits_in(first, exponent), to = digits_in(last, exponent),
             by = digits_in(step, exponent);
  if (!from || !to || !by || *by == 0) return std::nullopt;
  const Int128 way = *to - *from;
  if (way != 0 && (way < 0) != (*by < 0)) return -1;
  return static_cast<double>(way / *by);
}

}  // namespace qklab
