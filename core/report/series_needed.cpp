#include "core/report/series_needed.hpp"

#include <set>

namespace qklab {

std::vector<std::string> series_needed(const std::vector<Figure>& figures, const std::vector<Claim>& claims) {
  std::set<std::string> names;
  const auto need = [&](const Quantity& quantity) {
    if (quantity.series) names.insert(quantity.metric);
  };
  for (const Figure& figure : figures) {
    need(figure.value);
    if (figure.theory) need(*figure.theory);
  }
  for (const Claim& claim : claims) {
    need(claim.metric);
    if (claim.theory) need(*claim.theory);
  }
  return {names.begin(), names.end()};
}

}  // namespace qklab
