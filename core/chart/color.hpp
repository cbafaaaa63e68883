// Colours that everyone can tell apart, in print as well.
#pragma once

#include <cstddef>
#include <string>

namespace qklab {

struct Color {
  double red = 0, green = 0, blue = 0;  // 0..1

  std::string hex() const;  // "#rrggbb"
  Color mixed_with_white(double weight_of_white) const;
};

// Viridis (van der Walt & Smith, matplotlib 1.5), from dark violet at 0 to yellow at 1; interpolated
// between 10 of its colours (viridisLite::viridis(10) in R). Grey where `t` is NaN.
Color viridis(double t);

// From dark blue at 0 over nearly white at 0.5 to dark red at 1: "RdBu" of ColorBrewer (Brewer 2003), which colour-blind
// readers can read; interpolated between its 11 colours. Grey where `t` is NaN.
Color blue_to_red(double t);

// Greys that coloured lines stand out from, from a middle one at 0 to nearly white at 1. White where `t` is
// NaN.
Color light_grey(double t);

inline constexpr std::size_t categories = 7;  // that have a colour each
// The k-th colour for categories (Okabe & Ito 2008), repeated after these; the yellow of the original is left
// out because it can't be read on white.
Color categorical(std::size_t k);

}  // namespace qklab
