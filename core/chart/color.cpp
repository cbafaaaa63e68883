#include "core/chart/color.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace qklab {
namespace {

constexpr std::array<std::uint32_t, 10> viridis_stops = {0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e,
                                                         0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725};
constexpr std::array<std::uint32_t, 11> red_blue_stops = {0x053061, 0x2166ac, 0x4393c3, 0x92c5de,
                                                          0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582,
                                                          0xd6604d, 0xb2182b, 0x67001f};
// Blue, vermilion, bluish green, reddish purple, orange, sky blue, black.
constexpr std::array<std::uint32_t, categories> okabe_ito = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
                                                             0xe69f00, 0x56b4e9, 0x000000};

Color from_hex(std::uint32_t rgb) {
  return {(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0};
}

Color mix(const Color& a, const Color& b, double weight_of_b) {
  const auto between = [&](double x, double y) { return x + weight_of_b * (y - x); };
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

// Between evenly spaced colours; grey where `t` is NaN.
template <std::size_t n> Color along(const std::array<std::uint32_t, n>& stops, double t) {
  if (std::isnan(t)) return {0.6, 0.6, 0.6};
  const double position = std::clamp(t, 0.0, 1.0) * (n - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(position), n - 2);
  return mix(from_hex(stops[below]), from_hex(stops[below + 1]), position - static_cast<double>(below));
}

}  // namespace

std::string Color::hex() const {
  const auto byte = [](double x) { return static_cast<int>(std::lround(255 * std::clamp(x, 0.0, 1.0))); };
  return fmt::format("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue));
}

Color Color::mixed_with_white(double weight_of_white) const { return mix(*this, {1, 1, 1}, weight_of_white); }

Color viridis(double t) { return along(viridis_stops, t); }
Color blue_to_red(double t) { return along(red_blue_stops, t); }

Color light_grey(double t) {
  if (std::isnan(t)) return {1, 1, 1};
  return mix({0.58, 0.58, 0.58}, {0.97, 0.97, 0.97}, std::clamp(t, 0.0, 1.0));
}

Color categorical(std::size_t k) { return from_hex(okabe_ito[k % okabe_ito.size()]); }

}  // namespace qklab
