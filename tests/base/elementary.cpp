// Compares functions in double precision with the C library's in extended precision.
#include "core/base/elementary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/base/stream.hpp"

namespace qklab {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64);

constexpr double infinity = std::numeric_limits<double>::infinity();

double ulps(double found, long double exact) {
  const double ulp = std::ldexp(1.0, std::max(std::ilogb(static_cast<double>(exact)), -1022) - 52);
  return static_cast<double>(std::abs(static_cast<long double>(found) - exact) /
                             static_cast<long double>(ulp));
}

// The largest error of f over numbers between low and high. They are drawn evenly in their logarithms if both
// ends are positive, and evenly otherwise.
template <class F, class G> double worst(F f, G exact, double low, double high) {
  Stream random(1, 0, "elementary");
  double most = 0;
  for (int i = 0; i < 200000; ++i) {
    const double u = random.uniform();
    const double x =
        low > 0 ? std::exp(std::log(low) + u * std::log(high) - u * std::log(low)) : low + (high - low) * u;
    const double error = ulps(f(x), exact(static_cast<long double>(x)));
    if (!(error <= most)) most = error;
  }
  return most;
}

TEST_CASE("exp, log and their kin, in units in the last place") {
  using namespace elementary;
  const auto exp_exact = [](long double x) { return std::exp(x); };
  const auto log_exact = [](long double x) { return std::log(x); };
  CHECK(worst([](double x) { return exp(x); }, exp_exact, -708, 709) <= 2);
  CHECK(worst([](double x) { return exp(x); }, exp_exact, -1, 1) <= 2);
  CHECK(worst([](double x) { return expm1(x); }, [](long double x) { return std::expm1(x); }, 1e-12, 40) <=
        4);
  CHECK(worst([](double x) { return expm1(x); }, [](long double x) { return std::expm1(x); }, -5, 0) <= 3);
  CHECK(worst([](double x) { return log(x); }, log_exact, 1e-300, 1e300) <= 2);
  CHECK(worst([](double x) { return log(x); }, log_exact, 0.5, 2) <= 2);
  CHECK(worst([](double x) { return softplus(x); }, [](long double x) { return std::log1p(std::exp(x)); },
              -700, 40) <= 4);
  CHECK(worst([](double x) { return sigmoid(x); }, [](long double x) { return 1 / (1 + std::exp(-x)); }, -700,
              40) <= 4);
  CHECK(worst([](double x) { return tanh(x); }, [](long double x) { return std::tanh(x); }, -20, 20) <= 4);
  CHECK(worst([](double x) { return tanh(x); }, [](long double x) { return std::tanh(x); }, 1e-9, 0.3) <= 4);
}

TEST_CASE("sine and cosine of half turns") {
  const long double pi = std::acos(-1.0L);
  Stream random(2, 0, "elementary");
  long double most = 0;
  for (int i = 0; i < 200000; ++i) {
    const double a = 10 * random.uniform() - 5;
    const auto [sine, cosine] = elementary::half_turns(a);
    const long double angle = pi * static_cast<long double>(a);
    const long double error = std::max(std::abs(static_cast<long double>(sine) - std::sin(angle)),
                                       std::abs(static_cast<long double>(cosine) - std::cos(angle)));
    if (!(error <= most)) most = error;
  }
  CHECK(static_cast<double>(most) <= 2 * 0x1p-53);
  const double sines[] = {0, 1, 0, -1};
  for (int quarters = -6; quarters <= 6; ++quarters) {
    const auto [sine, cosine] = elementary::half_turns(quarters / 2.0);
    CHECK(sine == sines[(quarters + 8) % 4]);
    CHECK(cosine == sines[(quarters + 9) % 4]);
  }
}

TEST_CASE("powers, of negative numbers and of 0 as well") {
  using elementary::pow;
  Stream random(3, 0, "elementary");
  double most = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = std::exp(20 * random.uniform() - 10), y = 20 * random.uniform() - 10;
    const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    const double error = ulps(pow(x, y), exact) / (3 + 2 * std::abs(static_cast<double>(std::log(exact))));
    if (!(error <= most)) most = error;
  }
  CHECK(most <= 1);
  CHECK(pow(-2.0, 3.0) == doctest::Approx(-8));
  CHECK(pow(-2.0, 2.0) == 4);
  CHECK(std::isnan(pow(-2.0, 0.5)));
  CHECK(pow(0.0, 0.0) == 1);
  CHECK(pow(0.0, 3.0) == 0);
  CHECK(pow(0.0, -1.0) == infinity);
  CHECK(std::isnan(pow(NAN, 2.0)));
  CHECK(pow(3.0f, 2.0f) == 9.0f);
}

TEST_CASE("ends of the range") {
  using namespace elementary;
  CHECK(exp(710.0) == infinity);
  CHECK(exp(infinity) == infinity);
  CHECK(exp(-746.0) == 0);
  CHECK(exp(-infinity) == 0);
  CHECK(exp(0.0) == 1);
  CHECK(log(0.0) == -infinity);
  CHECK(log(1.0) == 0);
  CHECK(log(infinity) == infinity);
  CHECK(log(5e-324) == doctest::Approx(std::log(5e-324)).epsilon(1e-15));
  CHECK(softplus(1000.0) == 1000);
  CHECK(tanh(1000.0) == 1);
  CHECK(tanh(-infinity) == -1);
  const double none_given = NAN;
  for (const double none : {exp(none_given), log(none_given), log(-1.0), softplus(NAN), sigmoid(NAN),
                            tanh(NAN), expm1(NAN), half_turns(NAN).sine, half_turns(infinity).cosine})
    CHECK(std::isnan(none));
}

}  // namespace
}  // namespace qklab
