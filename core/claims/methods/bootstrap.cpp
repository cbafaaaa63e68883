// bootstrap: the mean by the bootstrap-t (Efron 1982; Hall 1988, Annals of Statistics 16, 927). Seeds are drawn
// again with replacement, and the truth is taken to differ from the mean as the mean differs from the means of
// such draws, in units of their standard errors. It follows skewed data better than Student's t, but few seeds
// do not show a rare failure that none of them had, and no method that knows no range can mend that (Bahadur
// and Savage 1956).
#include <algorithm>
#include <cmath>

#include "core/base/nan.hpp"
#include "core/claims/method.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

constexpr std::size_t replicates = 9999;

class BootstrapT : public Inference {
 public:
  BootstrapT(const std::vector<double>& values, const Stream& stream)
      : estimate_(estimate_mean(values)), least_(least_p(values.size())) {
    std::vector<double> drawn(values.size());
    for (std::size_t b = 0; b < replicates; ++b) {
      Stream draws = stream.substream(b);
      for (double& v : drawn) v = values[draws.below(values.size())];
      const Estimate again = estimate_mean(drawn);
      // A draw of equal seeds has no scale of its own. It counts as infinitely far, on its side.
      studentized_.push_back((again.value - estimate_.value) / again.standard_error);
      if (std::isnan(studentized_.back())) studentized_.back() = 0;
    }
    std::sort(studentized_.begin(), studentized_.end());
  }

  double estimate() const override { return estimate_.value; }

  Interval interval(double confidence) const override {
    const double tail = 0.5 * (1 - confidence);
    return {estimate_.value - quantile(1 - tail) * estimate_.standard_error,
            estimate_.value - quantile(tail) * estimate_.standard_error};
  }

  double p_above(double threshold) const override {
    const double t = (estimate_.value - threshold) / estimate_.standard_error;
    return p(studentized_.end() - std::lower_bound(studentized_.begin(), studentized_.end(), t));
  }
  double p_below(double threshold) const override {
    const double t = (estimate_.value - threshold) / estimate_.standard_error;
    return p(std::upper_bound(studentized_.begin(), studentized_.end(), t) - studentized_.begin());
  }

 private:
  double quantile(double probability) const {
    const auto rank = static_cast<std::size_t>(probability * static_cast<double>(replicates + 1));
    return studentized_[std::clamp<std::size_t>(rank, 1, replicates) - 1];
  }
  double p(std::ptrdiff_t as_far) const {
    return std::max(least_, static_cast<double>(as_far + 1) / static_cast<double>(replicates + 1));
  }

  Estimate estimate_;
  double least_;
  std::vector<double> studentized_;  // ascending
};

void add_bootstrap() {
  Registry<MethodKind>::all().add(
      {.name = "bootstrap",
       .doc = "the mean by the bootstrap-t; for mildly skewed data",
       .about = About::mean,
       .place = 1,
       .make = [](const Sample& sample, std::string& why) -> std::unique_ptr<Inference> {
         if (sample.values.size() < 2 || standard_deviation(sample.values) == 0) {
           why = "all seeds are equal, so that the bootstrap has no spread to go by";
           return nullptr;
         }
         return std::make_unique<BootstrapT>(sample.values, sample.stream);
       }});
}

}  // namespace

QKLAB_REGISTER(add_bootstrap)

}  // namespace qklab
