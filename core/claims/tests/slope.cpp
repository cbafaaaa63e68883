#include <fmt/format.h>

#include <cmath>

#include "core/base/nan.hpp"
#include "core/claims/point_sets.hpp"
#include "core/claims/test_kind.hpp"
#include "core/schema/plugin.hpp"
#include "core/stats/correlation.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

struct SlopeKeys {
  bool lagged = false;  // of log r(l+1) on log r(l)
  double floor = 0;     // values at or below are left out
  std::optional<std::size_t> along;
};

void read_slope(ClaimReader& reader) {
  reader.limits();
  SlopeKeys keys;
  keys.lagged = reader.map.boolean("lagged").value_or(false);
  keys.floor = reader.not_negative("floor", reader.map.real("floor").value_or(0));
  if (!keys.lagged) {
    keys.along = read_along(reader);
  } else {
    if (reader.map.has("along"))
      reader.error("along", "a lagged slope has no along: it is taken along the metric's index");
    if (!reader.claim.metric.whole_series()) reader.error("metric", "a lagged slope needs a whole series");
  }
  reader.claim.own = keys;
}

// log r(l+1) against log r(l), of consecutive elements.
Points lagged(const Points& p) {
  if (p.y.size() < 2) return {};
  return {{p.y.begin(), p.y.end() - 1}, {p.y.begin() + 1, p.y.end()}};
}

double log_log_slope(const SlopeKeys& keys, const Points& points) {
  if (!all_finite(points.y)) return nan;
  const Points p = keys.lagged ? lagged(points) : points;
  const double x_floor = keys.lagged ? keys.floor : 0;
  Points logs;
  for (std::size_t i = 0; i < p.x.size(); ++i) {
    if (!(p.y[i] > keys.floor && p.x[i] > x_floor)) continue;
    logs.x.push_back(std::log(p.x[i]));
    logs.y.push_back(std::log(p.y[i]));
  }
  return least_squares_slope(logs.x, logs.y);
}

double slope_number(const Claim& claim, const Trials& trials) {
  const auto& keys = claim.keys<SlopeKeys>();
  std::vector<double> values;
  for (const Points& p : point_sets(claim, keys.along, trials)) values.push_back(log_log_slope(keys, p));
  return mean(values);
}

std::string why_no_slope(const Claim& claim) {
  return fmt::format("fewer than 2 points above {} for a slope", claim.keys<SlopeKeys>().floor);
}

void add_slope() {
  Registry<TestKind>::all().add(
      {.name = "slope",
       .doc =
           "the least-squares slope of logs along a parameter or an index, or from one element to the next",
       .read = read_slope,
       .number = slope_number,
       .why_none = why_no_slope});
}

}  // namespace

QKLAB_REGISTER(add_slope)

}  // namespace qklab
