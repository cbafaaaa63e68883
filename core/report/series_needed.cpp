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
    if (figure.x_series) need(*figure.x_series);
    for (const Quantity& metric : figure.metrics) need(metric);
    for (const Contour& contour : figure.contours) need(contour.quantity);
  }
  for (const Claim& claim : claims) {
    need(claim.metric);
    if (claim.theory) need(*claim.theory);
  }
  return {names.begin(), names.end()};
}

}  // namespace qklab
