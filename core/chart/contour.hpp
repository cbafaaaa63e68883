// Lines of equal value on a grid, and the border of a region of its cells.
#pragma once

#include <utility>
#include <vector>

namespace qklab {

using Line = std::vector<std::pair<double, double>>;  // of points (x, y), in order

// Where the function that is linear between neighbours has the value `level`: marching squares (Lorensen &
// Cline 1987, in two dimensions); of an ambiguous square the mean of its corners decides. `values` stand at
// (x[i], y[j]), values[j * x.size() + i]; x and y ascend. Squares with a corner that is not finite have no
// line. Points are on the scale of x and y: give their logs for a log axis.
std::vector<Line> contour_lines(const std::vector<double>& x, const std::vector<double>& y,
                                const std::vector<double>& values, double level);

// The edges between cells inside and all others; cell (i, j) spans x_edges[i] .. x_edges[i + 1] and the same
// of y, inside[j * (x_edges.size() - 1) + i].
std::vector<Line> region_border(const std::vector<double>& x_edges, const std::vector<double>& y_edges,
                                const std::vector<bool>& inside);

}  // namespace qklab
