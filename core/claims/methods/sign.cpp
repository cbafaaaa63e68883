// sign: the median, from how many seeds lie on either side.
//
// Seeds above the true median are as likely as seeds below it, whatever the distribution. So their number is
// binomial, and both p-value and interval are exact for continuous data and conservative for discrete ones.
// A seed that lies exactly at the threshold is evidence for neither side.
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>

#include "core/claims/method.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

class Sign : public Inference {
 public:
  explicit Sign(std::vector<double> values) : sorted_(std::move(values)) {
    std::sort(sorted_.begin(), sorted_.end());
  }

  double estimate() const override {
    const std::size_t n = sorted_.size();
    const double below = sorted_[(n - 1) / 2], above = sorted_[n / 2];
    return below == above ? below : 0.5 * (below + above);
  }

  // The k-th seed from below to the k-th from above, with the largest k that covers the median often enough.
  Interval interval(double confidence) const override {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::size_t k = 0;
    while (k < sorted_.size() / 2 && 2 * at_most(k) <= 1 - confidence) ++k;
    return k == 0 ? Interval{-infinity, infinity} : Interval{sorted_[k - 1], sorted_[sorted_.size() - k]};
  }

  double p_above(double threshold) const override {
    return at_most(static_cast<std::size_t>(std::upper_bound(sorted_.begin(), sorted_.end(), threshold) -
                                            sorted_.begin()));
  }
  double p_below(double threshold) const override {
    return at_most(static_cast<std::size_t>(sorted_.end() -
                                            std::lower_bound(sorted_.begin(), sorted_.end(), threshold)));
  }

 private:
  // The chance that at most k seeds lie on a side that each takes half of the time.
  double at_most(std::size_t k) const {
    const boost::math::binomial_distribution<double> side(static_cast<double>(sorted_.size()), 0.5);
    return boost::math::cdf(side, static_cast<double>(k));
  }

  std::vector<double> sorted_;
};

void add_sign() {
  Registry<MethodKind>::all().add(
      {.name = "sign",
       .doc = "the median by the number of seeds on either side; exact for any data",
       .about = About::median,
       .place = 0,
       .make = [](const Sample& sample, std::string&) -> std::unique_ptr<Inference> {
         return std::make_unique<Sign>(sample.values);
       }});
}

}  // namespace

QKLAB_REGISTER(add_sign)

}  // namespace qklab
