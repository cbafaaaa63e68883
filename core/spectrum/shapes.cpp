// The shapes of a spectrum.
//   gaussian    a normal sample
//   semicircle  a sample of Wigner's semicircle law
//   two_point   half of them at mean - sd, half at mean + sd (of an odd count, one more is above)
//   outlier     one at mean + sd sqrt(n-1), the others at mean - sd / sqrt(n-1)
#include <cmath>

#include "core/base/elementary.hpp"
#include "core/schema/plugin.hpp"
#include "core/spectrum/sample.hpp"

namespace qklab {
namespace {

double gaussian_value(std::size_t, std::size_t, Stream& stream) { return stream.normal(); }

// A coordinate of a uniform point of the unit disc.
double semicircle_value(std::size_t, std::size_t, Stream& stream) {
  const double radius = std::sqrt(stream.uniform());
  return radius * elementary::half_turns(2 * stream.uniform()).cosine;
}

double one_of_two(std::size_t i, std::size_t n, Stream&) { return i < n / 2 ? -1 : 1; }

double outlier_value(std::size_t i, std::size_t, Stream&) { return i == 0 ? 1 : 0; }

void add_shapes() {
  auto& all = Registry<SpectrumShape>::all();
  all.add({.name = "gaussian", .doc = "a normal sample", .place = 0, .draw = gaussian_value});
  all.add({.name = "semicircle",
           .doc = "a sample of Wigner's semicircle law",
           .place = 1,
           .draw = semicircle_value});
  all.add({.name = "two_point",
           .doc = "one half at mean - sd, the other at mean + sd",
           .place = 2,
           .draw = one_of_two});
  all.add({.name = "outlier", .doc = "one far above, the others equal", .place = 3, .draw = outlier_value});
}

}  // namespace

QKLAB_REGISTER(add_shapes)

}  // namespace qklab
