// Heads that share keys: the operators they are, and what holds and prescribes them.
#include "core/nn/heads.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>

#include "core/autodiff/gradcheck.hpp"

namespace qklab::nn {
namespace {

using autodiff::Tape;
using autodiff::Tensor;

// Four heads of width 3 on a stream of width 12, random.
struct Layer {
  HeadLayout layout;
  Tape<double> tape;
  Tensor<double> query, key;

  explicit Layer(int groups)
      : layout{.dim = 12, .heads = 4, .groups = groups},
        query(tape.parameter("q", {12, 12})),
        key(tape.parameter("k", {3 * groups, 12})) {
    Stream random(1, 0, "heads");
    for (double& w : tape.parameters()) w = random.normal();
  }
  HeadView<double> head(int h) const { return {layout, query.value(), key.value(), h}; }

  // W_QK written out: entry (i, j) is what key coordinate i and query coordinate j are multiplied by.
  Matrix operator_of(int h) const {
    const std::span<double> q = head(h).query(), k = head(h).key();
    Matrix w = xt::zeros<double>({12, 12});
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 12; ++j) w(i, j) += k[r * 12 + i] * q[r * 12 + j];
    return w;
  }
};

TEST_CASE("heads of a group share keys, and no others") {
  for (const int groups : {1, 2, 4}) {
    const Layer layer(groups);
    for (int a = 0; a < 4; ++a) {
      for (int b = 0; b < 4; ++b) {
        CHECK((layer.head(a).key().data() == layer.head(b).key().data()) ==
              (a * groups / 4 == b * groups / 4));
        CHECK((layer.head(a).query().data() == layer.head(b).query().data()) == (a == b));
      }
    }
  }
}

TEST_CASE("traces, squares and norms of heads are those of W_QK written out") {
  for (const int groups : {1, 2, 4}) {
    Layer layer(groups);
    const Tensor<double> heads = head_matrices(layer.layout, layer.query, layer.key);
    const Tensor<double> traces = trace(heads), squares = trace_of_square(heads);
    const Tensor<double> norms = squared_norms(layer.layout, layer.query, layer.key);
    layer.tape.forward();
    double all = 0;
    for (int h = 0; h < 4; ++h) {
      const Matrix w = layer.operator_of(h);
      double expected = 0;
      for (std::size_t i = 0; i < 12; ++i) expected += w(i, i);
      CHECK(layer.head(h).trace() == doctest::Approx(expected));
      CHECK(traces.value()[static_cast<std::size_t>(h)] == doctest::Approx(expected));
      CHECK(layer.head(h).spectrum().mean == doctest::Approx(expected / 3));
      const Matrix square = xt::linalg::dot(w, w);
      expected = 0;
      for (std::size_t i = 0; i < 12; ++i) expected += square(i, i);
      CHECK(squares.value()[static_cast<std::size_t>(h)] == doctest::Approx(expected));
      for (const double x : w) all += x * x;
    }
    CHECK(norms.item() == doctest::Approx(all));
    const auto report = autodiff::gradcheck(layer.tape, norms + sum(squares));
    CAPTURE(report.where);
    CHECK(report.ok);
  }
}

TEST_CASE("each head's trace is held, whether or not others share its keys") {
  for (const int groups : {1, 2, 4}) {
    const Layer layer(groups);
    for (int h = 0; h < 4; ++h) layer.head(h).hold_trace(0.5 * h - 1);
    for (int h = 0; h < 4; ++h) CHECK(std::abs(layer.head(h).trace() - (0.5 * h - 1)) <= 1e-9);
  }
}

TEST_CASE("each head gets the prescribed spectrum and is symmetric, whether or not others share its keys") {
  for (const int groups : {1, 2, 4}) {
    const Layer layer(groups);
    const Stream stream(7, 0, "spectrum");
    for (int h = 0; h < 4; ++h) {
      const auto group = static_cast<std::uint64_t>(4 + layer.layout.group_of(h));
      layer.head(h).prescribe({0.5, 0.2}, stream.substream(static_cast<std::uint64_t>(h)),
                              stream.substream(group));
    }
    for (int h = 0; h < 4; ++h) {
      const SpectrumStatistics now = layer.head(h).spectrum();
      CHECK(std::abs(now.mean - 0.5) <= 1e-12);
      CHECK(std::abs(now.variance - 0.2) <= 1e-12);
      CHECK(std::abs(now.frobenius_variance - 0.2) <= 1e-12);
    }
  }
}

}  // namespace
}  // namespace qklab::nn
