#include "core/autodiff/gradcheck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace qklab::autodiff {
namespace {

struct Difference {
  double value;
  double rounding;  // of f, carried over to the difference
};

Difference central_difference(Tape<double>& tape, Tensor<double> loss, double& x, double step) {
  const double kept = x, h = step * std::max(1.0, std::abs(x));
  const auto loss_at = [&](double value) {
    x = value;
    tape.forward();
    return loss.item();
  };
  const double above = loss_at(kept + h), below = loss_at(kept - h);
  const double width = (kept + h) - (kept - h);  // 2h as rounded
  x = kept;
  const double size = std::max(std::abs(above), std::abs(below));
  return {(above - below) / width, 8 * std::numeric_limits<double>::epsilon() * size / h};
}

}  // namespace

GradcheckReport gradcheck(Tape<double>& tape, Tensor<double> loss, const GradcheckOptions& options) {
  tape.forward();
  tape.backward(loss);
  GradcheckReport report;
  std::size_t checked = 0;
  for (const auto& block : tape.blocks()) {
    if (!block.trainable) continue;
    const auto gradient = tape.gradients().subspan(block.offset, block.size);
    double largest = 0;
    for (double g : gradient) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < block.size; ++i, ++checked) {
      const auto difference = central_difference(tape, loss, block.tensor.value()[i], options.step);
      const double g = gradient[i], d = difference.value;
      const double scale = std::max({std::abs(g), std::abs(d), 1e-3 * largest});
      // Equal numbers have no error, even where both are zero and so is the scale.
      const double error = g == d && std::isfinite(g)
                               ? 0
                               : std::abs(g - d) / (scale + difference.rounding / options.tolerance);
      if (std::isnan(report.error) || error <= report.error) continue;
      report.error = error;
      report.where = fmt::format("{}[{}]: gradient {}, difference {}, relative error {:.2g}", block.name, i,
                                 g, d, error);
    }
  }
  tape.forward();
  report.ok = checked > 0 && report.error <= options.tolerance;
  return report;
}

}  // namespace qklab::autodiff
