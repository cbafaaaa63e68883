#include "core/nn/heads.hpp"

#include <algorithm>

#include "core/nn/hold_trace.hpp"

namespace qklab::nn {
namespace {

using autodiff::Shape;
using autodiff::Tensor;

std::size_t size(int n) { return static_cast<std::size_t>(n); }

// Block `index` of `rows` rows.
template <class T> std::span<T> block(std::span<T> all, int index, const HeadLayout& layout) {
  const std::size_t count = size(layout.rows()) * size(layout.dim);
  return all.subspan(size(index) * count, count);
}

// The transpose (dim, rows) of a head's part.
template <class T> Matrix transposed(std::span<T> part, const HeadLayout& layout) {
  const std::size_t rows = size(layout.rows()), dim = size(layout.dim);
  auto out = Matrix::from_shape({dim, rows});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < dim; ++j) out(j, i) = static_cast<double>(part[i * dim + j]);
  return out;
}

// Writes the transpose of the (dim, rows) matrix `from`.
template <class T> void store_transposed(const Matrix& from, std::span<T> to) {
  auto next = to.begin();
  for (std::size_t j = 0; j < from.shape(1); ++j)
    for (std::size_t i = 0; i < from.shape(0); ++i) *next++ = static_cast<T>(from(i, j));
}

// A layer's weight in `parts` of as many rows.
template <class T> Tensor<T> in_parts(int parts, Tensor<T> weight) {
  return reshape(weight, {parts, weight.shape()[0] / parts, weight.shape()[1]});
}

// w w^T of each part.
template <class T> Tensor<T> gram(int parts, Tensor<T> weight) {
  const Tensor<T> w = in_parts(parts, weight);
  return matmul(w, w, {.transpose_b = true});
}

}  // namespace

template <class T>
HeadView<T>::HeadView(const HeadLayout& layout, std::span<T> query, std::span<T> key, int head)
    : layout_(layout), query_(block(query, head, layout)) {
  if (!layout.combined) key_ = block(key, layout.group_of(head), layout);
}

template <class T> double HeadView<T>::trace() const {
  const std::size_t dim = size(layout_.dim);
  double sum = 0;
  for (std::size_t i = 0; i < query_.size(); ++i) {
    const double other = layout_.combined ? (i / dim == i % dim ? 1 : 0) : static_cast<double>(key_[i]);
    sum += static_cast<double>(query_[i]) * other;
  }
  return sum;
}

template <class T> SpectrumStatistics HeadView<T>::spectrum() const {
  if (layout_.combined) return spectrum_statistics(transposed(query_, layout_));
  return spectrum_statistics(Factors{transposed(query_, layout_), transposed(key_, layout_)});
}

template <class T> void HeadView<T>::hold_trace(double trace) const {
  if (layout_.combined) {
    nn::hold_trace(query_, size(layout_.dim), trace);
  } else if (layout_.sharing() == 1) {
    nn::hold_trace(query_, key_, trace);
  } else {
    hold_trace_by_query(query_, std::span<const T>(key_), trace);
  }
}

template <class T>
void HeadView<T>::prescribe(const Spectrum& spectrum, const Stream& own, const Stream& group) const {
  const std::size_t dim = size(layout_.dim), rows = size(layout_.rows());
  if (layout_.combined) {
    store_transposed(symmetric_matrix(dim, spectrum, own), query_);
  } else if (layout_.sharing() == 1) {
    const Factors factors = symmetric_factors(dim, rows, spectrum, own);
    store_transposed(factors.query, query_);
    store_transposed(factors.key, key_);
  } else {
    const Factors factors = symmetric_factors_of_shared_key(dim, rows, spectrum, own, group);
    store_transposed(factors.query, query_);
    store_transposed(factors.key, key_);
  }
}

template <class T> Tensor<T> head_matrices(const HeadLayout& layout, Tensor<T> query, Tensor<T> key) {
  const Shape shape = {layout.heads, layout.rows(), layout.rows()};
  if (layout.combined) return reshape(query, shape);
  const Tensor<T> products =
      matmul(in_parts(layout.groups, query), in_parts(layout.groups, key), {.transpose_b = true});
  return layout.sharing() == 1 ? products : reshape(products, shape);
}

template <class T> Tensor<T> squared_norms(const HeadLayout& layout, Tensor<T> query, Tensor<T> key) {
  if (layout.combined) return sum(power(query, 2));
  Tensor<T> queries = gram(layout.heads, query);
  if (layout.sharing() > 1) {  // summed over the heads that meet the same keys
    const int groups = layout.groups, sharing = layout.sharing(), rows = layout.rows();
    const Tensor<T> ones = query.tape->input({1, sharing});
    std::ranges::fill(ones.value(), T{1});
    queries = reshape(matmul(ones, reshape(queries, {groups, sharing, rows * rows})), {groups, rows, rows});
  }
  return sum(queries * gram(layout.groups, key));
}

template class HeadView<float>;
template class HeadView<double>;
template Tensor<float> head_matrices(const HeadLayout&, Tensor<float>, Tensor<float>);
template Tensor<double> head_matrices(const HeadLayout&, Tensor<double>, Tensor<double>);
template Tensor<float> squared_norms(const HeadLayout&, Tensor<float>, Tensor<float>);
template Tensor<double> squared_norms(const HeadLayout&, Tensor<double>, Tensor<double>);

}  // namespace qklab::nn
