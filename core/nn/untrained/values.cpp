// Value matrices. orthogonal: Haar. gaussian: entries of variance 1/d. identity.
#include <cmath>
#include <xtensor/xbuilder.hpp>

#include "core/nn/untrained/draw.hpp"
#include "core/nn/untrained/untrained.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

Matrix gaussian_values(std::size_t dim, const Stream& stream) {
  return draw_normal(dim, dim, 1 / std::sqrt(static_cast<double>(dim)), stream);
}

void add_values() {
  auto& all = Registry<ValueKind>::all();
  all.add({.name = "orthogonal",
           .doc = "uniformly distributed rotations",
           .place = 0,
           .draw = [](std::size_t dim, const Stream& stream) { return haar_orthonormal(dim, dim, stream); }});
  all.add({.name = "gaussian", .doc = "entries of variance 1/dim", .place = 1, .draw = gaussian_values});
  all.add({.name = "identity",
           .doc = "the identity",
           .place = 2,
           .draw = [](std::size_t dim, const Stream&) -> Matrix { return xt::eye<double>(dim); }});
}

}  // namespace

QKLAB_REGISTER(add_values)

}  // namespace qklab::nn
