// A table for a paper or a page: means over seeds.
#pragma once

#include <string>
#include <vector>

#include "core/results/results.hpp"

namespace qklab {

enum class PaperFormat { latex, markdown };

// A row for each point, in the order of the trials: its values of `varied` (indices of parameters), and for each
// scalar that some trial has the mean over seeds, with half of Student's 95% interval where there are several seeds.
// Only finished trials count; a point of which one lacks the scalar has none. LaTeX needs the package booktabs.
std::string paper_table(const Results& results, const std::vector<std::size_t>& varied, PaperFormat format);

// "0.229 ± 0.034": half the interval with two significant digits, and the mean with as many decimals; "--" for no
// number. In LaTeX in mathematical mode.
std::string with_interval(double value, double half, PaperFormat format);

}  // namespace qklab
