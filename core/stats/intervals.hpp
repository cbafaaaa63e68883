// What a sample of seeds says about a mean: Student's t, the bootstrap, and Holm's correction.
//
// Everything takes one number per independent replicate (seed). A NaN among them makes the estimate NaN,
// and every probability of a NaN estimate is NaN: comparisons with it are false.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/base/stream.hpp"

namespace qklab {

struct Interval {
  double low = 0;
  double high = 0;
};

double mean(std::span<const double> x);  // NaN where x is empty
double standard_deviation(
    std::span<const double> x);  // divides by n-1; NaN where n < 2; exactly 0 where all are equal

double normal_cdf(double z);
double normal_quantile(double p);  // 0 < p < 1

// I_x(a, b) for a, b > 0 and 0 <= x <= 1, otherwise NaN. This and the distributions are Boost.Math's.
double incomplete_beta(double a, double b, double x);
double student_cdf(double t, double dof);       // dof > 0, need not be an integer
double student_quantile(double p, double dof);  // 0 < p < 1

// An estimate of one number and of its uncertainty. With fewer than two replicates the standard error is
// NaN, and so are interval and probabilities.
struct Estimate {
  double value = 0;
  double standard_error = 0;       // of `value`; 0 where all replicates are equal
  double dof = 0;                  // of Student's t
  std::vector<double> replicates;  // bootstrap replicates, ascending; empty: Student's t is used
};

Estimate estimate_mean(std::span<const double> x);
// mean(a) - mean(b) of independent samples (Welch 1947, degrees of freedom of Satterthwaite 1946).
Estimate estimate_difference(std::span<const double> a, std::span<const double> b);

inline constexpr std::size_t bootstrap_replicates = 9999;

// Resamples seeds with replacement. For each sample (sizes[k] >= 2), `statistic` gets the row numbers that
// were drawn; samples are drawn independently of one another. Random numbers are keyed by `stream`, so the
// result depends on nothing else. With one seed in a sample the result has no standard error.
using Resampled = std::vector<std::vector<std::size_t>>;
Estimate estimate_bootstrap(std::span<const std::size_t> sizes,
                            const std::function<double(const Resampled&)>& statistic, const Stream& stream);

// Two-sided interval. For a bootstrap it is the expanded percentile interval (Hesterberg 2015, The American
// Statistician 69, 371, section 5.3): the percentiles are moved outwards so that small samples are covered as
// well as by Student's t.
Interval interval(const Estimate& estimate, double confidence);

// One-sided p-value against "the true value is at most `threshold`": small where the estimate is well above.
// It is dual to `interval`. A bootstrap with fewer than 10 replicates beyond the threshold cannot resolve the
// tail, which is then taken as normal with the replicates' spread.
double p_above(const Estimate& estimate, double threshold);
double p_below(const Estimate& estimate, double threshold);  // the mirror image

// Adjusted p-values (Holm 1979), in the order given: rejecting those <= a keeps the chance of any false
// rejection <= a. NaN entries stay NaN and are not counted.
std::vector<double> holm(std::span<const double> p);

// Bound on max_t |p_t - P_t| over `count` relative frequencies p_t of `samples` draws each, exceeded with
// probability at most 1 - confidence: sqrt(log(2 count / (1 - confidence)) / (2 samples)). It follows from
// Hoeffding's inequality and a union bound, so it holds for any P_t and any dependence between the p_t.
double frequency_error(double count, double samples, double confidence);

}  // namespace qklab
