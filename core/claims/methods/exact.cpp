// exact: a share of all possible seeds, from how many of those that ran are among them (Clopper and Pearson
// 1934, Biometrika 26, 404). Values are 1 for a seed that is among them and 0 otherwise.
#include <boost/math/distributions/binomial.hpp>
#include <numeric>

#include "core/claims/method.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

class Exact : public Inference {
 public:
  explicit Exact(const std::vector<double>& values)
      : n_(static_cast<double>(values.size())), k_(std::accumulate(values.begin(), values.end(), 0.0)) {}

  double estimate() const override { return k_ / n_; }

  Interval interval(double confidence) const override {
    const double tail = 0.5 * (1 - confidence);
    return {k_ == 0 ? 0 : Binomial::find_lower_bound_on_p(n_, k_, tail),
            k_ == n_ ? 1 : Binomial::find_upper_bound_on_p(n_, k_, tail)};
  }

  double p_above(double threshold) const override {
    if (!(threshold >= 0) || k_ == 0) return 1;
    if (threshold >= 1) return 1;
    return boost::math::cdf(boost::math::complement(Binomial(n_, threshold), k_ - 1));
  }
  double p_below(double threshold) const override {
    if (!(threshold <= 1) || threshold <= 0) return 1;
    return boost::math::cdf(Binomial(n_, threshold), k_);
  }

 private:
  double n_, k_;
};

void add_exact() {
  Registry<MethodKind>::all().add(
      {.name = "exact",
       .doc = "the share of seeds by the binomial distribution; exact for any data",
       .about = About::share,
       .place = 0,
       .make = [](const Sample& sample, std::string&) -> std::unique_ptr<Inference> {
         return std::make_unique<Exact>(sample.values);
       }});
}

}  // namespace

QKLAB_REGISTER(add_exact)

}  // namespace qklab
