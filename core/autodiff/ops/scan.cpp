#include "core/autodiff/ops/ops.hpp"
#include "core/kernels/fused/gated_scan.hpp"

namespace qklab::autodiff {
namespace {

// Operands: q, k (..., T, M), v (..., T, N), gate (..., T, M or 1); a sequence at a time. Saves scratch.
kernels::ScanSize sizes(const Shape& k, const Shape& v, const Shape& gate) {
  return {k.extent(-2), k.extent(-1), v.extent(-1), gate.extent(-1)};
}

template <class T> void forward(const Call<T>& c) {
  const kernels::ScanSize s = sizes(c.shape(1), c.shape(2), c.shape(3));
  for (std::size_t i = 0; i < c.size() / (s.length * s.n); ++i) {
    const std::size_t keys = i * s.length * s.m, values = i * s.length * s.n;
    kernels::gated_scan(s, c.in(0) + keys, c.in(1) + keys, c.in(2) + values, c.in(3) + i * s.length * s.gates,
                        c.out() + values, c.saved());
  }
}

template <class T> void backward(const Call<T>& c) {
  const kernels::ScanSize s = sizes(c.shape(1), c.shape(2), c.shape(3));
  const auto part = [&](int k, std::size_t offset) {
    T* dx = c.in_gradient(k);
    return dx ? dx + offset : nullptr;
  };
  for (std::size_t i = 0; i < c.size() / (s.length * s.n); ++i) {
    const std::size_t keys = i * s.length * s.m, values = i * s.length * s.n, gates = i * s.length * s.gates;
    kernels::gated_scan_backward(s, c.in(0) + keys, c.in(1) + keys, c.in(2) + values, c.in(3) + gates,
                                 c.out_gradient() + values, part(0, keys), part(1, keys), part(2, values),
                                 part(3, gates), c.saved());
  }
}

}  // namespace

template <class T> Tensor<T> gated_scan(Tensor<T> q, Tensor<T> k, Tensor<T> v, Tensor<T> gate) {
  static constexpr Rule<T> rule{"gated_scan", forward<T>, backward<T>};
  const Shape a = q.shape(), b = k.shape(), c = v.shape(), g = gate.shape();
  if (a != b || a.rank() < 2)
    bad_shapes("gated_scan", {a, b, c, g}, "queries and keys need equal (..., T, M)");
  if (c.rank() != a.rank() || c.with(-1, a[-1]) != a) {
    bad_shapes("gated_scan", {a, b, c, g}, "values need the keys' shape but for the last axis");
  }
  if (g != a && g != a.with(-1, 1)) {
    bad_shapes("gated_scan", {a, b, c, g}, "gates need the keys' shape, or 1 as last axis");
  }
  return q.tape->record(rule, {q, k, v, gate}, c, {}, (a.extent(-2) + 2) * a.extent(-1) * c.extent(-1));
}

template Tensor<float> gated_scan(Tensor<float>, Tensor<float>, Tensor<float>, Tensor<float>);
template Tensor<double> gated_scan(Tensor<double>, Tensor<double>, Tensor<double>, Tensor<double>);

}  // namespace qklab::autodiff
