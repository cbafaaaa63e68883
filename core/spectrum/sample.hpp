// Eigenvalues with exactly the prescribed mean and variance, in several shapes.
#pragma once

#include <string>
#include <vector>

#include "core/base/array.hpp"
#include "core/base/stream.hpp"
#include "core/schema/choice.hpp"

namespace qklab {

// What values are before they are standardized.
struct SpectrumShape {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  double (*draw)(std::size_t i, std::size_t n, Stream& stream) = nullptr;  // value i of n
  static constexpr const char* kind = "shape of a spectrum";
  static constexpr const char* noun = "spectra";
};
std::vector<std::string> spectrum_shape_names();

// n values, standardized: their average is `mean`, and the average of (value - mean)^2 is `variance`, to
// rounding and for any stream. Throws Error where n = 0, variance < 0, either is not finite, or n = 1 with
// variance > 0. The same stream gives the same values.
Vector sample_eigenvalues(const Choice<SpectrumShape>& shape, std::size_t n, double mean, double variance,
                          const Stream& stream);

}  // namespace qklab
