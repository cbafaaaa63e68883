// Gradients compared with finite differences.
#pragma once

#include <string>

#include "core/autodiff/tape.hpp"

namespace qklab::autodiff {

struct GradcheckOptions {
  double step = 1e-5;       // times max(1, |parameter|)
  double tolerance = 1e-6;  // of the relative error
};

struct GradcheckReport {
  bool ok = false;
  double error = 0;   // the largest relative error; NaN where any number is not finite
  std::string where;  // its place: "w[3]: gradient 0.5, difference 0.25, relative error 1"
};

// Compares backward(loss) with central differences, (f(x+h) - f(x-h)) / 2h, in every trainable parameter.
// The error of one element is
//     |gradient - difference| / (max(|gradient|, |difference|, 1e-3 largest in its block) + rounding)
// with rounding = 8 epsilon max|f| / (h tolerance): what rounding of f alone may add counts as no error.
// Not finite, or no trainable parameter at all: not ok. Parameters are left as found.
GradcheckReport gradcheck(Tape<double>& tape, Tensor<double> loss, const GradcheckOptions& options = {});

}  // namespace qklab::autodiff
