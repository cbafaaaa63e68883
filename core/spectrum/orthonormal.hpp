// Orthonormal columns of a matrix by Householder's reflections, with the same bits on every machine.
#pragma once

#include "core/base/array.hpp"

namespace qklab {

// The factor Q (rows, columns) of a = Q R with a diagonal of R that is nowhere negative, which makes it
// unique for a of full rank; rows >= columns. Source: Golub and Van Loan, Matrix Computations, 5.2.
Matrix orthonormal_columns(const Matrix& a);

}  // namespace qklab
