#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <numbers>

#include "core/base/nan.hpp"
#include "core/stats/intervals.hpp"

namespace qklab {
namespace {

// Arguments out of range give NaN, since every comparison with NaN is false; an exception would end a whole
// report. Nothing is promoted to long double, whose size differs between architectures.
namespace policies = boost::math::policies;
using Policy = policies::policy<policies::domain_error<policies::ignore_error>,
                                policies::overflow_error<policies::ignore_error>,
                                policies::evaluation_error<policies::ignore_error>,
                                policies::promote_double<false>, policies::promote_float<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using Student = boost::math::students_t_distribution<double, Policy>;

bool is_probability(double p) { return p > 0 && p < 1; }

}  // namespace

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double normal_quantile(double p) { return is_probability(p) ? boost::math::quantile(Normal(), p) : nan; }

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return nan;
  return boost::math::ibeta(a, b, x, Policy());
}

double student_cdf(double t, double dof) {
  if (!(dof > 0) || std::isnan(t)) return nan;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  return boost::math::cdf(Student(dof), t);
}

double student_quantile(double p, double dof) {
  return dof > 0 && is_probability(p) ? boost::math::quantile(Student(dof), p) : nan;
}

}  // namespace qklab
