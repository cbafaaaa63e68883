// Labels with math in them, as LaTeX writes it between dollar signs: "variance $\sigma^2$". Pictures and pages show it by
// characters of Unicode, "variance σ²".
#pragma once

#include <string>

namespace qklab {

// The label as plain text. A dollar sign begins math where no space follows, and ends it where no space stands before and
// no digit behind; any other one, and \$, is a dollar sign. Greek letters, signs and names of functions are commands
// (\sigma, \times, \log); ^ and _ raise and lower digits and those letters that Unicode has so, and stay as they are
// before others (W_QK); \frac{a}{b} is a/b and \sqrt{a} is √a. Throws Error for a command that is not known.
std::string plain_math(const std::string& label);

bool has_math(const std::string& label);

}  // namespace qklab
