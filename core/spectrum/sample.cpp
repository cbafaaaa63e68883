#include "core/spectrum/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace qklab {

namespace {

// Subtracts the average, then divides by the root mean square.
void standardize(Vector& x) {
  const auto n = static_cast<double>(x.size());
  const auto average = [n](const Vector& v, auto term) {
    double sum = 0;
    for (const double each : v) sum += term(each);
    return sum / n;
  };
  const double centre = average(x, [](double v) { return v; });
  for (double& each : x) each -= centre;
  const double scale = std::sqrt(average(x, [](double v) { return v * v; }));
  for (double& each : x) each /= scale;
}

}  // namespace

std::vector<std::string> spectrum_shape_names() { return Registry<SpectrumShape>::all().names(); }

Vector sample_eigenvalues(const Choice<SpectrumShape>& shape, std::size_t n, double mean, double variance,
                          const Stream& stream) {
  if (n == 0) throw Error("a spectrum needs at least one eigenvalue");
  if (!std::isfinite(mean) || !std::isfinite(variance) || variance < 0)
    throw Error(
        fmt::format("a spectrum of real eigenvalues needs a finite mean and a finite variance of at least 0, "
                    "got {} and {}",
                    mean, variance));
  if (n == 1 && variance > 0)
    throw Error(fmt::format("one eigenvalue alone has variance 0, not {}", variance));

  auto out = Vector::from_shape({n});
  if (variance == 0) {
    out.fill(mean);
    return out;
  }
  const auto draw = shape->draw;
  Stream random = stream;
  for (std::size_t i = 0; i < n; ++i) out(i) = draw(i, n, random);
  standardize(out);
  const double deviation = std::sqrt(variance);
  for (double& each : out) each = mean + deviation * each;
  return out;
}

}  // namespace qklab
