// betting: the mean of values that cannot leave a known range (Waudby-Smith and Ramdas 2024, JRSS B 86, 1).
//
// Somebody who bets on each seed that the mean lies above m, at fair odds if it is m, cannot expect to gain
// if it does not lie above m. So a capital of c has a chance of at most 1/c (Ville 1939), for any
// distribution within the range and also if seeds are added until the capital is large. The stake is shared
// among several fractions of the largest one, so that nothing is tuned to the data or to their order.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/claims/method.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

// Fractions of all one has. Small ones gain most where values scatter much, large ones where they are alike.
constexpr std::array<double, 12> stakes = {0.02, 0.04, 0.07, 0.11, 0.16, 0.23,
                                           0.32, 0.43, 0.56, 0.7,  0.85, 1};

class Betting : public Inference {
 public:
  Betting(const std::vector<double>& values, const Range& range) : range_(range), mean_(mean(values)) {
    for (const double v : values)
      unit_.push_back(std::clamp((v - range.low) / (range.high - range.low), 0.0, 1.0));
  }

  double estimate() const override { return mean_; }

  Interval interval(double confidence) const override {
    const double tail = 0.5 * (1 - confidence);
    return {limit([&](double m) { return p_above(m) > tail; }),
            limit([&](double m) { return p_below(m) <= tail; })};
  }

  double p_above(double threshold) const override {
    return std::min(1.0, 1 / capital(unit(threshold), false));
  }
  double p_below(double threshold) const override {
    return std::min(1.0, 1 / capital(1 - unit(threshold), true));
  }

 private:
  double unit(double x) const { return (x - range_.low) / (range_.high - range_.low); }

  // Of bets that the mean lies above m; the values are mirrored for bets that it lies below.
  double capital(double m, bool mirrored) const {
    if (m < 0) return std::numeric_limits<double>::infinity();
    if (!(m > 0)) m = std::numeric_limits<double>::min();
    if (m >= 1) return 1;
    double all = 0;
    for (const double stake : stakes) {
      double log_capital = 0;
      for (const double x : unit_) log_capital += std::log1p(stake * ((mirrored ? 1 - x : x) / m - 1));
      all += std::exp(log_capital);
    }
    return all / static_cast<double>(stakes.size());
  }

  // Where a condition that holds from some m on begins to hold, by bisection.
  template <class Condition> double limit(const Condition& from) const {
    double low = range_.low, high = range_.high;
    for (int i = 0; i < 60; ++i) {
      const double middle = 0.5 * (low + high);
      (from(middle) ? high : low) = middle;
    }
    return 0.5 * (low + high);
  }

  Range range_;
  double mean_;
  std::vector<double> unit_;  // from 0 to 1
};

void add_betting() {
  Registry<MethodKind>::all().add(
      {.name = "betting",
       .doc = "the mean of a metric with a declared range; holds for any data in it",
       .about = About::mean,
       .place = 0,
       .needs_range = true,
       .make = [](const Sample& sample, std::string& why) -> std::unique_ptr<Inference> {
         const double rounding = 1e-9 * (sample.range->high - sample.range->low);
         if (std::any_of(sample.values.begin(), sample.values.end(), [&](double v) {
               return v < sample.range->low - rounding || v > sample.range->high + rounding;
             })) {
           why = "a value is outside the range that its metric declares";
           return nullptr;
         }
         return std::make_unique<Betting>(sample.values, *sample.range);
       }});
}

}  // namespace

QKLAB_REGISTER(add_betting)

}  // namespace qklab
