// Eigenvalues with exactly the prescribed mean and variance, in several shapes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"

namespace qklab {

enum class SpectrumShape {
  gaussian,    // a normal sample
  semicircle,  // a sample of Wigner's semicircle law
  two_point,   // half of them at mean - sd, half at mean + sd (of an odd count, one more is above)
  outlier,     // one at mean + sd sqrt(n-1), the others at mean - sd / sqrt(n-1)
};

const std::vector<std::string>& spectrum_shape_names();    // in the order of the enumeration
SpectrumShape spectrum_shape_from(std::string_view name);  // throws Error where there is none of that name

// n values, standardized: their average is `mean`, and the average of (value - mean)^2 is `variance`, to
// rounding and for any stream. Throws Error where n = 0, variance < 0, either is not finite, or n = 1 with
// variance > 0. The same stream gives the same values.
Vector sample_eigenvalues(SpectrumShape shape, std::size_t n, double mean, double variance,
                          const Stream& stream);

}  // namespace qklab
