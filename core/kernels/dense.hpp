// Products of small matrices and vectors in double precision, with the same bits on every machine.
#pragma once

#include "core/base/array.hpp"

namespace qklab::kernels {

enum class Operand { plain, transposed };

// op(a) op(b). The inner extents must agree.
Matrix multiply(const Matrix& a, const Matrix& b, Operand of_a = Operand::plain,
                Operand of_b = Operand::plain);
// op(a) x.
Vector multiply(const Matrix& a, const Vector& x, Operand of_a = Operand::plain);

}  // namespace qklab::kernels
