// Laplace transforms of exponentials of a random score, from which sums over independent scores follow.
//
// For a score s and u = e^w let x = u e^s. Since E exp(-u sum_i e^(s_i)) is a product over independent scores,
// expectations of anything divided by a power of sum_i e^(s_i) are integrals over w of products of E exp(-x),
// E x exp(-x) and the like (Derrida 1981, Physical Review B 24, 2613, for the random energy model).
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace qklab {

// The distribution of one score: the product of a fixed query with a key that is uniform on a sphere in `dim`
// dimensions, so that (s - mean)^2 / (variance dim) is the square of one coordinate of a unit vector. In
// infinitely many dimensions that is the normal distribution.
struct ScoreLaw {
  double mean = 0;
  double variance = 0;                                   // >= 0
  double dim = std::numeric_limits<double>::infinity();  // >= 2

  // The most by which the score departs from its mean, but for a probability of about 1e-16.
  double reach() const;
};

// The points w_i = (first + i) step, i < count.
struct LogGrid {
  double step = 0;
  long first = 0;
  std::size_t count = 0;

  double at(std::size_t i) const { return static_cast<double>(first + static_cast<long>(i)) * step; }
};

// The trapezoidal rule with this step is exact to about 1e-11 for all integrands here: they are analytic
// where |Im w| < pi / 2.
inline constexpr double log_step = 0.38;
LogGrid log_grid(double low, double high);  // covers low .. high with that step

// At each point of the grid, with x = e^(w + s).
struct Transforms {
  std::vector<double> none;   // E exp(-x)
  std::vector<double> half;   // E sqrt(x) exp(-x)
  std::vector<double> one;    // E x exp(-x)
  std::vector<double> two;    // E x^2 exp(-x)
  std::vector<double> score;  // E s x exp(-x)
};
Transforms transforms(const ScoreLaw& law, const LogGrid& grid);

}  // namespace qklab
