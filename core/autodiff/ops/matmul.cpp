#include <fmt/format.h>

#include <algorithm>

#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/gemm.hpp"

namespace qklab::autodiff {
namespace {

// One node's products, y = scale op(a) op(b) with op(a) (m,k) and op(b) (k,n), as gemm sees them.
struct Products {
  bool transpose_a, transpose_b;
  int m = 0, k = 0, n = 0;
  std::size_t count = 1;                           // products; the steps lead from one to the next
  std::size_t step_a = 0, step_b = 0, step_y = 0;  // 0: the same matrix every time

  Products(const Shape& a, const Shape& b, const Product& of)
      : transpose_a(of.transpose_a), transpose_b(of.transpose_b) {
    m = a[transpose_a ? -1 : -2];
    k = a[transpose_a ? -2 : -1];
    n = b[transpose_b ? -2 : -1];
    const std::size_t leading_a = a.leading().size(), leading_b = b.leading().size();
    if (b.rank() == 2 && !transpose_a) {
      m *= static_cast<int>(leading_a);  // all rows of a meet the same b: one tall product
      return;
    }
    count = std::max(leading_a, leading_b);
    step_a = a.rank() > 2 ? a.size() / leading_a : 0;
    step_b = b.rank() > 2 ? b.size() / leading_b : 0;
    step_y = static_cast<std::size_t>(m) * static_cast<std::size_t>(n);
  }
};

// c (m,n) = alpha op(a) op(b) + beta c, all without gaps between rows.
template <class T>
void product(bool transpose_a, bool transpose_b, int m, int n, int k, T alpha, const T* a, const T* b, T beta,
             T* c) {
  kernels::gemm(transpose_a, transpose_b, m, n, k, alpha, a, transpose_a ? m : k, b, transpose_b ? k : n,
                beta, c, n);
}

template <class T> void forward(const Call<T>& c) {
  const Products p(c.shape(0), c.shape(1), attributes<Product>(c));
  const auto scale = static_cast<T>(attributes<Product>(c).scale);
  for (std::size_t i = 0; i < p.count; ++i) {
    const T* a = c.in(0) + i * p.step_a;
    const T* b = c.in(1) + i * p.step_b;
    product(p.transpose_a, p.transpose_b, p.m, p.n, p.k, scale, a, b, T{0}, c.out() + i * p.step_y);
  }
}

// d op(a) = scale dy op(b)^T and d op(b) = scale op(a)^T dy, each transposed where the operand was.
template <class T> void backward(const Call<T>& c) {
  const Products p(c.shape(0), c.shape(1), attributes<Product>(c));
  const auto scale = static_cast<T>(attributes<Product>(c).scale);
  T* const first = c.in_gradient(0);
  T* const second = c.in_gradient(1);
  T begin_a = first ? c.begin(0) : T{1};
  const T begin_b = second ? c.begin(1) : T{1};
  if (first == second && begin_a == 0) {  // one tensor, perhaps in two shapes: either part must find numbers
    std::fill_n(first, c.shape(0).size(), T{0});
    begin_a = 1;
  }
  for (std::size_t i = 0; i < p.count; ++i) {
    const T* a = c.in(0) + i * p.step_a;
    const T* b = c.in(1) + i * p.step_b;
    const T beta_a = p.step_a == 0 && i > 0 ? T{1} : begin_a,
            beta_b = p.step_b == 0 && i > 0 ? T{1} : begin_b;
    const T* dy = c.out_gradient() + i * p.step_y;
    if (first) {
      T* da = first + i * p.step_a;
      if (p.transpose_a) {
        product(p.transpose_b, true, p.k, p.m, p.n, scale, b, dy, beta_a, da);
      } else {
        product(false, !p.transpose_b, p.m, p.k, p.n, scale, dy, b, beta_a, da);
      }
    }
    if (second) {
      T* db = second + i * p.step_b;
      if (p.transpose_b) {
        product(true, p.transpose_a, p.n, p.k, p.m, scale, dy, a, beta_b, db);
      } else {
        product(!p.transpose_a, false, p.k, p.n, p.m, scale, a, dy, beta_b, db);
      }
    }
  }
}

}  // namespace

template <class T> Tensor<T> matmul(Tensor<T> a, Tensor<T> b, Product product) {
  static constexpr Rule<T> rule{"matmul", forward<T>, backward<T>, true};
  const Shape x = a.shape(), y = b.shape();
  if (x.rank() < 2 || y.rank() < 2) bad_shapes("matmul", {x, y}, "both need two axes or more");
  const int rows = x[product.transpose_a ? -1 : -2], inner_x = x[product.transpose_a ? -2 : -1];
  const int columns = y[product.transpose_b ? -2 : -1], inner_y = y[product.transpose_b ? -1 : -2];
  if (inner_x != inner_y) {
    bad_shapes("matmul", {x, y}, fmt::format("inner extents {} and {} differ", inner_x, inner_y));
  }
  if (x.rank() > 2 && y.rank() > 2 && x.leading() != y.leading()) {
    bad_shapes("matmul", {x, y}, "the leading axes differ");
  }
  const Shape shape = (x.rank() >= y.rank() ? x : y).with(-2, rows).with(-1, columns);
  return a.tape->record(rule, {a, b}, shape, product);
}

template Tensor<float> matmul(Tensor<float>, Tensor<float>, Product);
template Tensor<double> matmul(Tensor<double>, Tensor<double>, Product);

}  // namespace qklab::autodiff
