// Errors of single-precision functions over all floats, and their bits at every level. By itself it looks at
// one float of 4093; with QKLAB_ALL_FLOATS set, at all of them (minutes).
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/kernels/level.hpp"

namespace qklab::kernels {
namespace {

constexpr std::size_t piece = 1 << 16;
constexpr double least = std::numeric_limits<float>::min();

// Calls body with pieces that make up the floats that are looked at, NaN and infinities among them.
template <class Body> void for_floats(Body body) {
  const std::uint64_t step = std::getenv("QKLAB_ALL_FLOATS") ? 1 : 4093;
  std::vector<float> x;
  x.reserve(piece);
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += step) {
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    if (x.size() < piece) continue;
    body(x);
    x.clear();
  }
  body(x);
}

// Units in the last place of the exact value's float; values below the smallest normal one count as 0.
double distance(float found, double exact) {
  if (std::isnan(exact)) return std::isnan(found) ? 0 : INFINITY;
  const auto rounded = static_cast<float>(exact);
  if (std::isinf(rounded)) return found == rounded ? 0 : INFINITY;
  if (std::abs(exact) < least) return std::abs(found) <= least ? 0 : INFINITY;
  return std::abs(found - exact) / std::ldexp(1.0, std::ilogb(exact) - 23);
}

struct Worst {
  double ulp = 0;
  float at = 0;
};

template <class Exact, class Found> Worst worst_of(Found found, Exact exact) {
  Worst worst;
  std::vector<float> y(piece);
  for_floats([&](const std::vector<float>& x) {
    found(x.size(), x.data(), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::abs(x[i]) < least) continue;  // denormals count as 0
      const double ulp = distance(y[i], exact(static_cast<double>(x[i])));
      if (!(ulp <= worst.ulp)) worst = {ulp, x[i]};
    }
  });
  return worst;
}

TEST_CASE("errors of single-precision functions, in units in the last place") {
  const Level& one = level();
  const auto within = [](const char* name, const Worst& worst, double bound) {
    MESSAGE(std::string(name) << ": " << worst.ulp << " at " << worst.at);
    CHECK(worst.ulp <= bound);
  };
  within("exp", worst_of(one.exp, [](double x) { return std::exp(x); }), 1.02);
  within("log", worst_of(one.log, [](double x) { return std::log(x); }), 1);
  within("tanh", worst_of(one.tanh, [](double x) { return std::tanh(x); }), 2);
  within("sigmoid", worst_of(one.sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }), 2.5);
}

// The distribution of a normal number, whose tail loses digits with its argument's square.
TEST_CASE("errors of the normal distribution function and its density") {
  std::vector<float> p(piece), density(piece);
  double worst = 0, worst_density = 0;
  for_floats([&](const std::vector<float>& x) {
    level().normal(x.size(), x.data(), p.data(), density.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto z = static_cast<double>(x[i]);
      if (!(z >= -13 && z <= 13) || std::abs(z) < least) continue;
      const double allowed = 6 + (z < -1 ? z * z : 0);
      worst = std::max(worst, distance(p[i], std::erfc(-z / std::sqrt(2.0)) / 2) / allowed);
      worst_density =
          std::max(worst_density,
                   distance(density[i], std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0))) / (6 + z * z));
    }
  });
  CHECK(worst > 0);
  CHECK(worst <= 1.03);  // over all floats: 1.02
  CHECK(worst_density <= 1);
}

TEST_CASE("sine and cosine of half turns, within 2^-23") {
  std::vector<float> sine(piece), cosine(piece);
  double worst = 0;
  for_floats([&](const std::vector<float>& x) {
    level().half_turns(x.size(), x.data(), sine.data(), cosine.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(std::abs(x[i]) <= 1)) continue;
      const double angle = std::acos(-1.0) * static_cast<double>(x[i]);
      worst = std::max({worst, std::abs(sine[i] - std::sin(angle)), std::abs(cosine[i] - std::cos(angle))});
    }
  });
  CHECK(worst > 0);
  CHECK(worst <= 2 * 0x1p-24);
}

TEST_CASE("every level has the same bits, over all floats") {
  REQUIRE(levels().size() >= 1);
  const Level& reference = *levels().front();
  CHECK(std::string(reference.name) == "portable");
  using Function = void (*Level::*)(std::size_t, const float*, float*);
  const std::pair<const char*, Function> functions[] = {{"exp", &Level::exp},
                                                        {"log", &Level::log},
                                                        {"tanh", &Level::tanh},
                                                        {"sigmoid", &Level::sigmoid},
                                                        {"gelu", &Level::gelu}};
  std::vector<float> a(piece), b(piece), c(piece), d(piece);
  const auto same = [](const std::vector<float>& x, const std::vector<float>& y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isnan(x[i]) && std::isnan(y[i])) continue;
      if (std::bit_cast<std::uint32_t>(x[i]) != std::bit_cast<std::uint32_t>(y[i])) return false;
    }
    return true;
  };
  for (const Level* other : levels().subspan(1)) {
    CAPTURE(std::string(other->name));
    std::size_t differences = 0;
    for_floats([&](const std::vector<float>& x) {
      const std::size_t n = x.size();
      for (const auto& [name, function] : functions) {
        (reference.*function)(n, x.data(), a.data());
        (other->*function)(n, x.data(), b.data());
        differences += !same(a, b, n);
      }
      reference.normal(n, x.data(), a.data(), c.data());
      other->normal(n, x.data(), b.data(), d.data());
      differences += !same(a, b, n) + !same(c, d, n);
      reference.half_turns(n, x.data(), a.data(), c.data());
      other->half_turns(n, x.data(), b.data(), d.data());
      differences += !same(a, b, n) + !same(c, d, n);
    });
    CHECK(differences == 0);
  }
}

}  // namespace
}  // namespace qklab::kernels
