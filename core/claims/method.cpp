#include "core/claims/method.hpp"

#include <algorithm>
#include <cmath>

namespace qklab {

std::string_view name_of(About about) {
  switch (about) {
    case About::median:
      return "median";
    case About::mean:
      return "mean";
    case About::share:
      return "share";
  }
  return "";
}

double p_value(const Inference& sample, double low, double high) {
  const double estimate = sample.estimate();
  if (estimate < low) return std::min(1.0, 2 * sample.p_below(low));
  if (estimate > high) return std::min(1.0, 2 * sample.p_above(high));
  const double above = std::isinf(low) ? 0 : sample.p_above(low);
  const double below = std::isinf(high) ? 0 : sample.p_below(high);
  return std::min(1.0, 2 * std::max(above, below));
}

const MethodKind& default_method(About about) {
  for (const MethodKind* method : Registry<MethodKind>::all().entries())
    if (method->about == about) return *method;
  throw Error("no interval for a claim about the " + std::string(name_of(about)));
}

double least_p(std::size_t seeds) {
  return std::ldexp(1.0, -static_cast<int>(std::min<std::size_t>(seeds, 1000)));
}

}  // namespace qklab
