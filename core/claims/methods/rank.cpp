// rank: the centre of a symmetric distribution by signed ranks (Wilcoxon 1945). The differences of two arms are
// symmetric about 0 where the arms do not differ, so that a claim against 0 keeps its error rate for any data;
// against another limit, or without another arm, only for symmetric data. It needs hardly more seeds than
// Student's t (Hodges and Lehmann 1956).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/claims/method.hpp"
#include "core/schema/plugin.hpp"

namespace qklab {
namespace {

// Above this number of seeds the distribution of the sum is taken as normal.
constexpr std::size_t most_exact = 200;

class SignedRank : public Inference {
 public:
  explicit SignedRank(std::vector<double> values) : values_(std::move(values)) {
    for (std::size_t i = 0; i < values_.size(); ++i)
      for (std::size_t j = i; j < values_.size(); ++j) means_.push_back(0.5 * (values_[i] + values_[j]));
    std::sort(means_.begin(), means_.end());
  }

  // The median of the means of all pairs (Hodges and Lehmann 1963).
  double estimate() const override {
    const std::size_t n = means_.size();
    return 0.5 * (means_[(n - 1) / 2] + means_[n / 2]);
  }

  // All thresholds that are not rejected. Between two neighbouring means of pairs nothing changes.
  Interval interval(double confidence) const override {
    const double tail = 0.5 * (1 - confidence);
    std::vector<std::size_t> gaps(means_.size() + 1);
    std::iota(gaps.begin(), gaps.end(), std::size_t{0});
    const auto first = [&](const auto& holds) {  // of the gaps, the one from which it no longer holds
      return static_cast<std::size_t>(std::ranges::partition_point(gaps, holds) - gaps.begin());
    };
    const std::size_t low = first([&](std::size_t i) { return p_above(between(i)) <= tail; });
    const std::size_t high = first([&](std::size_t i) { return p_below(between(i)) > tail; }) - 1;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return {low == 0 ? -infinity : means_[low - 1], high == means_.size() ? infinity : means_[high]};
  }

  double p_above(double threshold) const override { return p(threshold, 1); }
  double p_below(double threshold) const override { return p(threshold, -1); }

 private:
  // A threshold behind `i` of the means.
  double between(std::size_t i) const {
    if (i == 0) return means_.front() - 1;
    return i == means_.size() ? means_.back() + 1 : 0.5 * (means_[i - 1] + means_[i]);
  }

  // The chance of as large a sum of ranks on this side, if each seed took either side half of the time. Seeds
  // at the threshold are given to the other side.
  double p(double threshold, double sign) const {
    std::vector<double> distance;
    for (const double v : values_) distance.push_back(sign * (v - threshold));
    std::sort(distance.begin(), distance.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
    std::vector<std::size_t> ranks(distance.size());  // doubled, so that means of ties are whole
    std::size_t observed = 0;
    for (std::size_t from = 0, to = 0; from < distance.size(); from = to) {
      while (to < distance.size() && std::abs(distance[to]) == std::abs(distance[from])) ++to;
      for (std::size_t k = from; k < to; ++k) {
        ranks[k] = from + to + 1;
        if (distance[k] > 0) observed += ranks[k];
      }
    }
    return ranks.size() > most_exact ? normal_tail(ranks, observed) : exact_tail(ranks, observed);
  }

  static double exact_tail(const std::vector<std::size_t>& ranks, std::size_t observed) {
    std::size_t total = 0;
    for (const std::size_t rank : ranks) total += rank;
    std::vector<double> chance(total + 1, 0.0);  // of each sum
    chance[0] = 1;
    std::size_t reached = 0;
    for (const std::size_t rank : ranks) {
      reached += rank;
      for (std::size_t sum = reached + 1; sum-- > 0;)
        chance[sum] = 0.5 * (chance[sum] + (sum >= rank ? chance[sum - rank] : 0));
    }
    double tail = 0;
    for (std::size_t sum = total + 1; sum-- > observed;) tail += chance[sum];
    return std::min(1.0, tail);
  }

  static double normal_tail(const std::vector<std::size_t>& ranks, std::size_t observed) {
    double mean = 0, variance = 0;
    for (const std::size_t rank : ranks) {
      const auto r = static_cast<double>(rank);
      mean += 0.5 * r;
      variance += 0.25 * r * r;
    }
    return normal_cdf((mean + 1 - static_cast<double>(observed)) / std::sqrt(variance));
  }

  std::vector<double> values_;
  std::vector<double> means_;  // of all pairs, ascending
};

void add_rank() {
  Registry<MethodKind>::all().add(
      {.name = "rank",
       .doc = "the centre by signed ranks; for symmetric data, and for two arms against 0",
       .about = About::median,
       .place = 1,
       .make = [](const Sample& sample, std::string& why) -> std::unique_ptr<Inference> {
         if (std::any_of(sample.values.begin(), sample.values.end(),
                         [](double v) { return std::isinf(v); })) {
           why = "ranks are of finite numbers, and a seed diverged or failed; claim the median by signs";
           return nullptr;
         }
         return std::make_unique<SignedRank>(sample.values);
       }});
}

}  // namespace

QKLAB_REGISTER(add_rank)

}  // namespace qklab
