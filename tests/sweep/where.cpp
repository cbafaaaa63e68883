#include "core/sweep/where.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/support/specimen.hpp"

using namespace qklab;

namespace {

struct Point {
  double mean, variance;
  std::int64_t dim;
  std::string norm;
  bool skip;
};

const std::vector<Point> points = {
    {0, 1, 64, "pre", true},      {0.5, 0, 32, "none", false}, {-0.5, 10, 7, "post", true},
    {1, 0.01, 128, "none", true}, {0.125, 2, 1, "pre", false}, {std::nan(""), 3, 12, "post", false},
};

Parameters resolved(const Point& point) {
  const Schema& schema = specimen::experiment().parameters;
  Parameters params(schema);
  const auto set = [&](const char* name, Value value) { params.set(*schema.find(name), std::move(value)); };
  set("mean", point.mean);
  set("variance", point.variance);
  set("dim", point.dim);
  set("norm", point.norm);
  set("skip", point.skip);
  return params;
}

using Truth = std::function<bool(const Point&)>;
struct Case {
  std::string text;
  Truth truth;
};

// Simple conditions, each with the same condition in C++.
const std::vector<Case> simple = {
    {"variance > 0", [](const Point& p) { return p.variance > 0; }},
    {"mean == 0.5", [](const Point& p) { return p.mean == 0.5; }},
    {"mean != 0", [](const Point& p) { return p.mean < 0 || p.mean > 0; }},
    {"dim <= 32", [](const Point& p) { return p.dim <= 32; }},
    {"dim % 2 == 0", [](const Point& p) { return p.dim % 2 == 0; }},
    {"norm == 'pre'", [](const Point& p) { return p.norm == "pre"; }},
    {"norm != \"none\"", [](const Point& p) { return p.norm != "none"; }},
    {"skip", [](const Point& p) { return p.skip; }},
    {"skip == false", [](const Point& p) { return !p.skip; }},
    {"0 < mean < 1", [](const Point& p) { return 0 < p.mean && p.mean < 1; }},
    {"1 <= dim < 100 < dim * 2", [](const Point& p) { return 1 <= p.dim && p.dim < 100 && 100 < p.dim * 2; }},
    {"-mean ** 2 < -0.2", [](const Point& p) { return -(p.mean * p.mean) < -0.2; }},
    {"2 ** 3 ** 2 == 512", [](const Point&) { return true; }},
    {"2 ** -1 == 0.5", [](const Point&) { return true; }},
    {"10 - 4 - 3 == 3", [](const Point&) { return true; }},
    {"-7 % 4 == 1 and 7 % -4 == -1", [](const Point&) { return true; }},
    {"2 + 3 * 4 == 14", [](const Point&) { return true; }},
    {"(2 + 3) * 4 == 20", [](const Point&) { return true; }},
    {"64 / 8 / 2 == 4", [](const Point&) { return true; }},
    {"variance / dim > 1e-2", [](const Point& p) { return p.variance / static_cast<double>(p.dim) > 1e-2; }},
    {"mean - variance + 1 >= 0", [](const Point& p) { return p.mean - p.variance + 1 >= 0; }},
    {"true", [](const Point&) { return true; }},
    {"not true", [](const Point&) { return false; }},
    {"(variance > 1) == skip", [](const Point& p) { return (p.variance > 1) == p.skip; }},
    {"--mean > .25", [](const Point& p) { return p.mean > .25; }},
};

std::vector<Case> composed() {
  std::vector<Case> cases = simple;
  for (std::size_t i = 0; i < simple.size(); ++i) {
    const Case &a = simple[i], &b = simple[(7 * i + 3) % simple.size()],
               &c = simple[(11 * i + 5) % simple.size()];
    cases.push_back({"not (" + a.text + ")", [&](const Point& p) { return !a.truth(p); }});
    cases.push_back(
        {"not " + a.text + " or " + b.text, [&](const Point& p) { return !a.truth(p) || b.truth(p); }});
    cases.push_back({a.text + " or " + b.text + " and " + c.text,
                     [&](const Point& p) { return a.truth(p) || (b.truth(p) && c.truth(p)); }});
    cases.push_back({"(" + a.text + " or " + b.text + ") and not (" + c.text + ")",
                     [&](const Point& p) { return (a.truth(p) || b.truth(p)) && !c.truth(p); }});
  }
  return cases;
}

std::string message(const std::string& text, const Place& place = {"f", 3, 10}) {
  Diagnostics diagnostics;
  const Where where = Where::parse(text, specimen::experiment().parameters, place, diagnostics);
  CHECK(where.holds(resolved(points[0])));  // an expression that cannot be parsed is true
  return specimen::joined(diagnostics.messages());
}

}  // namespace

TEST_CASE("where: over a hundred expressions agree with the same conditions in C++") {
  const std::vector<Case> cases = composed();
  CHECK(cases.size() >= 100);
  for (const Case& one : cases) {
    CAPTURE(one.text);
    Diagnostics diagnostics;
    const Where where = Where::parse(one.text, specimen::experiment().parameters, {"f", 1, 1}, diagnostics);
    REQUIRE_MESSAGE(diagnostics.empty(), specimen::joined(diagnostics.messages()));
    for (const Point& point : points) CHECK(where.holds(resolved(point)) == one.truth(point));
  }
}

TEST_CASE("where: every comparison with NaN is false") {
  for (const char* const op : {"==", "!=", "<", "<=", ">", ">="}) {
    Diagnostics diagnostics;
    const std::string text = std::string("mean ") + op + " mean";
    const Where where = Where::parse(text, specimen::experiment().parameters, {"f", 1, 1}, diagnostics);
    CHECK_FALSE(where.holds(resolved(points.back())));
  }
}

TEST_CASE("where: errors stand at the offending character") {
  CHECK(message("varience > 0") == "f:3:10: where: unknown parameter 'varience' (did you mean 'variance'?)");
  CHECK(message("mean > 0 and varience > 0") ==
        "f:3:23: where: unknown parameter 'varience' (did you mean 'variance'?)");
  CHECK(message("norm == pre") ==
        "f:3:18: where: unknown parameter 'pre' (text is written in quotes: 'pre')");
  CHECK(message("norm == 'per'") ==
        "f:3:18: where: 'norm': expected one of none, pre, post, got 'per' (did you mean 'pre'?)");
  CHECK(message("sqrt(mean) > 0") == "f:3:10: where: 'sqrt(...)': nothing can be called in an expression");
  CHECK(message("mean = 0") == "f:3:15: where: write == to compare");
  CHECK(message("skip && skip") == "f:3:15: where: write 'and'");
  CHECK(message("!skip") == "f:3:10: where: write 'not'");
  CHECK(message("mean") == "f:3:10: where: expected a condition, got a number");
  CHECK(message("mean and skip") == "f:3:10: where: expected a condition, got a number");
  CHECK(message("norm < 'pre'") == "f:3:15: where: text has no order: use == or !=");
  CHECK(message("norm == 1") == "f:3:15: where: text cannot be compared with a number");
  CHECK(message("skip + 1 > 0") == "f:3:10: where: expected a number, got a condition");
  CHECK(message("mean >") == "f:3:16: where: ends too early: a value is missing");
  CHECK(message("(mean > 0") == "f:3:10: where: this '(' is not closed");
  CHECK(message("norm == 'pre") == "f:3:18: where: this quote is not closed");
  CHECK(message("mean > 0 1") == "f:3:19: where: unexpected '1'");
  CHECK(message("mean > 1e999") == "f:3:17: where: this is no number");
  CHECK(message("mean > 1x") == "f:3:17: where: this is no number");
  CHECK(message("  ") == "f:3:10: where: expected a condition, got nothing");
  CHECK(message("mean > 0 $", {"argument", 0, 0}) == "argument: where: at character 10: unexpected '$'");
}

TEST_CASE("where: deep or long expressions are errors, not overflows") {
  std::string sum = "0";
  for (int i = 0; i < 100000; ++i) sum += "+1";
  const std::string many(100000, '('), minus(100000, '-');
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  std::string powers = "2";
  for (int i = 0; i < 100000; ++i) powers += "**2";
  for (const std::string& text : {many, minus + "1 > 0", nots + "skip", sum + " > 0", powers + " > 0"})
    CHECK(message(text).find("too long or too deeply nested") != std::string::npos);
}

TEST_CASE("where: nested names are read whole") {
  const Schema& schema = specimen::experiment().parameters;
  Diagnostics diagnostics;
  const Where where = Where::parse("init.mean > 1", schema, {"f", 1, 1}, diagnostics);
  CHECK(diagnostics.empty());
  Parameters params(schema);
  params.set(*schema.find("init.mean"), 2.0);
  CHECK(where.holds(params));
  params.set(*schema.find("init.mean"), 0.5);
  CHECK_FALSE(where.holds(params));
}

TEST_CASE("where: whole numbers that a double cannot tell apart are refused") {
  for (const char* const number : {"9007199254740993", "9223372036854775808", "100000000000000000000000"}) {
    const auto reading = specimen::read("where: dim != " + std::string(number) + "\n");
    REQUIRE(reading.messages.size() == 1);
    CHECK_MESSAGE(reading.messages[0].find("t.yaml:3:15: where: whole numbers above 2^53") == 0,
                  reading.messages[0]);
  }
  CHECK(specimen::read("where: dim != 9007199254740992\n").messages.empty());
  CHECK(specimen::read("where: dim < 1e30\n").messages.empty());
}

TEST_CASE("where: characters that cannot be seen are named, and columns count characters") {
  const auto message = [](const std::string& where) {
    return specimen::joined(specimen::read("where: \"" + where + "\"\n").messages);
  };
  CHECK(message("mean\xc2\xa0> 0") == "t.yaml:3:13: where: unexpected a no-break space (U+00A0)");
  CHECK(message("mean > \xe2\x88\x92"
                "1") == "t.yaml:3:16: where: unexpected '\xe2\x88\x92' (U+2212, a minus sign, not '-')");
  CHECK(message("mean \xe2\x89\xa5 1") ==
        "t.yaml:3:14: where: unexpected '\xe2\x89\xa5' (U+2265, for which >= is written)");
  CHECK(message("task == '\xc3\xa9\xc3\xa9' & dim") == "t.yaml:3:22: where: write 'and'");
  CHECK(specimen::trials_of("", {}, {"where=task == '\xc3\xa9' &"}).find("at character 13: ") !=
        std::string::npos);
}
