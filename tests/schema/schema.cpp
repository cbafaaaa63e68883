#include "core/schema/schema.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/support/specimen.hpp"

using namespace qklab;

namespace {

std::string converted(const Parameter& parameter, std::string_view text) {
  std::string why;
  const auto value = parameter.convert(text, why);
  return value ? to_text(*value) : why;
}

}  // namespace

TEST_CASE("schema: integers are read exactly or refused") {
  const Parameter dim = integer("dim", 4, "").range(1, 1e6);
  CHECK(converted(dim, "64") == "64");
  CHECK(converted(dim, "1e5") == "100000");
  CHECK(converted(dim, "4.0") == "4");
  CHECK(converted(dim, "4.5") == "expected an integer in [1, 1e+06], got '4.5'");
  CHECK(converted(dim, "0") == "expected an integer in [1, 1e+06], got 0");
  CHECK(converted(dim, "1e300") == "expected an integer in [1, 1e+06], got '1e300'");
  CHECK(converted(dim, "nan") == "expected an integer in [1, 1e+06], got 'nan'");
  CHECK(converted(dim, "") == "expected an integer in [1, 1e+06], got ''");
  CHECK(converted(dim, "64x") == "expected an integer in [1, 1e+06], got '64x'");
  const Parameter any = integer("any", 0, "");
  CHECK(converted(any, "9007199254740992") == "9007199254740992");
  CHECK(converted(any, "-9007199254740992") == "-9007199254740992");
  const std::string beyond = "expected an integer of at most 2^53 in magnitude, got ";
  CHECK(converted(any, "9007199254740993") == beyond + "9007199254740993");
  CHECK(converted(any, "-9007199254740993") == beyond + "-9007199254740993");
  CHECK(converted(any, "9223372036854775807") == beyond + "9223372036854775807");
  // As a double each of these would be another number, which would be accepted.
  CHECK(converted(any, "9007199254740993.0") == beyond + "9007199254740993");
  CHECK(converted(any, "4503599627370496.1") == "expected an integer, got '4503599627370496.1'");
  const Parameter seed = integer("seed", 0, "").range(0, 0x1p53);
  CHECK(converted(seed, "9007199254740993") ==
        "expected an integer in [0, 9007199254740992], got 9007199254740993");
  CHECK(converted(any, "9223372036854775808") == "expected an integer, got '9223372036854775808'");
}

TEST_CASE("schema: reals keep their range, and non-finite ones need leave") {
  const Parameter variance = real("variance", 1.0, "").at_least(0);
  CHECK(converted(variance, "0") == "0");
  CHECK(converted(variance, "-0") == "0");
  CHECK(converted(variance, "-1e-9") == "expected a number of at least 0, got -1e-09");
  for (const char* const text : {"nan", ".nan", "inf", ".inf"})
    CHECK(converted(variance, text).starts_with("expected a number of at least 0, got "));
  const Parameter open = real("t", 1.0, "").above(0);
  CHECK(converted(open, "0") == "expected a number above 0, got 0");
  const Parameter limit = real("limit", 1.0, "").range(0, 1).nonfinite_allowed();
  CHECK(converted(limit, ".inf") == "inf");
  CHECK(converted(limit, ".nan") == "nan");
  CHECK(converted(limit, "2") == "expected a number in [0, 1], got 2");
}

TEST_CASE("schema: choices and flags name what they expect") {
  const Parameter norm = choice("norm", "pre", {"none", "pre", "post"}, "");
  CHECK(converted(norm, "post") == "post");
  CHECK(converted(norm, "pots") == "expected one of none, pre, post, got 'pots' (did you mean 'post'?)");
  const Parameter skip = boolean("skip", true, "");
  CHECK(converted(skip, "false") == "false");
  CHECK(converted(skip, "maybe") == "expected true or false, got 'maybe'");
  CHECK(converted(skip, "1") == "expected true or false, got '1'");
}

TEST_CASE("schema: declarations that contradict themselves are errors") {
  CHECK_THROWS_AS((Schema{real("a", 0, ""), real("a", 1, "")}), Error);
  CHECK_THROWS_AS((Schema{real("a", 0, ""), real("a.b", 1, "")}), Error);
  CHECK_THROWS_AS((Schema{real("a b", 0, "")}), Error);
  CHECK_THROWS_AS((Schema{real("", 0, "")}), Error);
  CHECK_THROWS_AS((Schema{real("and", 0, "")}), Error);
  CHECK_THROWS_AS((Schema{real("a", "").added_later()}), Error);
  CHECK_THROWS_AS(
      (Schema{real("a", 0, "").derived("0", [](const Parameters&) { return Value(0.0); }).added_later()}),
      Error);
  CHECK_NOTHROW((Schema{real("a.b", 0, ""), real("a.c", 1, ""), real("ab", 1, "")}));
}

TEST_CASE("schema: look-ups are typed") {
  const Schema schema{integer("n", 3, ""), real("x", 0.5, ""), text("s", "hi", ""), boolean("b", true, "")};
  Parameters params(schema);
  for (std::size_t i = 0; i < schema.size(); ++i) params.set(i, *schema[i].fallback);
  CHECK(params.real("n") == 3.0);
  CHECK(params.integer("n") == 3);
  CHECK(params.count("n") == 3);
  CHECK(params.real("x") == 0.5);
  CHECK(params.text("s") == "hi");
  CHECK(params.flag("b"));
  CHECK(params.str() == "n=3 x=0.5 s=hi b=true");
  CHECK_THROWS_AS(params.integer("x"), Error);
  CHECK_THROWS_AS(params.text("n"), Error);
  CHECK_THROWS_AS(params.real("y"), Error);
  params.set(0, std::int64_t{-1});
  CHECK_THROWS_AS(params.count("n"), Error);
}
