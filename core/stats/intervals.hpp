// What a sample of seeds says about a mean, by Student's t, and corrections for many tests.
//
// Everything takes one number per independent replicate (seed). A NaN among them makes the estimate NaN:
// comparisons with it are false.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

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

// An estimate of one mean and of its uncertainty by Student's t. With fewer than two replicates the standard
// error is NaN, and so is the interval.
struct Estimate {
  double value = 0;
  double standard_error = 0;  // of `value`; 0 where all replicates are equal
  double dof = 0;             // of Student's t
};

Estimate estimate_mean(std::span<const double> x);
// mean(a) - mean(b) of independent samples (Welch 1947, degrees of freedom of Satterthwaite 1946).
Estimate estimate_difference(std::span<const double> a, std::span<const double> b);

Interval interval(const Estimate& estimate, double confidence);  // two-sided

// Adjusted p-values in the order given; NaN entries stay NaN and are not counted.
//
// Hochberg (1988, Biometrika 75, 800): rejecting those <= a keeps the chance of any false rejection <= a, where
// the tests are independent or depend positively on one another (Sarkar 1998). All are rejected where the
// largest p-value is <= a.
std::vector<double> hochberg(std::span<const double> p);
// Benjamini and Hochberg (1995, JRSS B 57, 289): among those <= a, an expected share of at most a is rejected
// falsely, under the same condition.
std::vector<double> false_discovery_rate(std::span<const double> p);

// Bound on max_t |p_t - P_t| over `count` relative frequencies p_t of `samples` draws each, exceeded with
// probability at most 1 - confidence: sqrt(log(2 count / (1 - confidence)) / (2 samples)). It follows from
// Hoeffding's inequality and a union bound, so it holds for any P_t and any dependence between the p_t.
double frequency_error(double count, double samples, double confidence);

}  // namespace qklab
