#include "core/kernels/walk.hpp"

#include <numbers>

#include "core/kernels/simd/functions.hpp"
#include "core/kernels/simd/kernels.hpp"

namespace qklab::kernels::QKLAB_LEVEL {
namespace {

static_assert(walk_lanes == lanes<float>);

void add_to(float* p, const Floats& value) { (Floats::load(p) + value).store(p); }

// x . u and |u| of each column. A strip of columns at a time: its running sums fill the registers.
void column_products(const WalkBlock& block) {
  constexpr std::size_t n = part_lanes<float>, together = 4;
  for (std::size_t column = 0; column < block.samples; column += together * n) {
    Part<float> forms[together], squares[together];
    for (std::size_t b = 0; b < together; ++b) forms[b] = squares[b] = Part<float>(0.0f);
    for (std::size_t i = 0; i < block.dim; ++i) {
      const float *x = block.x + i * block.samples + column, *u = block.u + i * block.samples + column;
      for (std::size_t b = 0; b < together; ++b) {
        const Part<float> xi = read_part(x + b * n), ui = read_part(u + b * n);
        forms[b] = fma_part(xi, ui, forms[b]);
        squares[b] = fma_part(ui, ui, squares[b]);
      }
    }
    for (std::size_t b = 0; b < together; ++b) {
      write_part(forms[b], block.forms + column + b * n);
      write_part(squares[b], block.norms + column + b * n);
    }
  }
  for (std::size_t column = 0; column < block.samples; column += walk_lanes)
    sqrt(Floats::load(block.norms + column)).store(block.norms + column);
}

}  // namespace

// With C_t = n_1 + ... + n_t of the normal numbers, the walk's end x_T = sqrt(T) x and u as stored (of x, not
// of x_T):
//     w_t - mean w = sqrt(T) |u| (C_t - mean C) + (x . u - |u| C_T / sqrt(T)) (t - (T + 1) / 2).
void walk_logits(const WalkBlock& block) {
  column_products(block);
  const auto T = static_cast<float>(block.length);
  const float root = std::sqrt(T), middle = (T + 1) / 2;
  for (std::size_t first = 0; first < block.samples; first += walk_lanes) {
    float* const column = block.logits + first * block.length;
    Floats running(0.0f), total(0.0f);
    for (std::size_t t = 0; t < block.length; ++t) {
      float* const at = column + t * walk_lanes;
      running = running + Floats::load(at);
      total = total + running;
      running.store(at);
    }
    const Floats norm = Floats::load(block.norms + first);
    const Floats scale = norm * root;
    const Floats slope = Floats::load(block.forms + first) - norm * running * (1 / root);
    // Everything that does not depend on t.
    const Floats offset = Floats(0.0f) - fma(slope, Floats(middle), scale * total * (1 / T));
    Floats place(1.0f);
    for (std::size_t t = 0; t < block.length; ++t, place = place + 1.0f) {
      float* const at = column + t * walk_lanes;
      fma(scale, Floats::load(at), fma(slope, place, offset)).store(at);
    }
  }
}

void walk_clipped(const WalkBlock& block, std::size_t group, const WalkSums& sums) {
  float* const logits = block.logits + group * block.length * walk_lanes;
  const Floats zero(0.0f), one(1.0f), share(1 / static_cast<float>(block.length));
  const Floats counted = Floats::load(sums.counted);
  Floats total(0.0f), squares(0.0f), s_log_s(0.0f);
  for (std::size_t t = 0; t < block.length; ++t) {
    float* const at = logits + t * walk_lanes;
    const Floats linear = fma(Floats::load(at), share, share);
    const Floats s = smaller(larger(linear, zero), one);
    const Floats inside = select(zero < linear, counted, zero);
    add_to(sums.support + t * walk_lanes, inside);
    add_to(sums.active + t * walk_lanes, select(linear < one, inside, zero));
    total = total + s;
    squares = fma(s, s, squares);
    s_log_s = fma(s, log(larger(s, Floats(std::numeric_limits<float>::min()))), s_log_s);  // 0 log 0 = 0
    s.store(at);
  }
  const Floats share_of = counted / total;
  for (std::size_t t = 0; t < block.length; ++t)
    add_to(sums.attention + t * walk_lanes, Floats::load(logits + t * walk_lanes) * share_of);
  add_to(sums.entropy, counted * (log(total) - s_log_s / total));
  add_to(sums.participation, counted * total * total / squares);
}

void walk_softmax(const WalkBlock& block, std::size_t group, const WalkSums& sums) {
  float* const logits = block.logits + group * block.length * walk_lanes;
  const Floats zero(0.0f), counted = Floats::load(sums.counted);
  const float threshold = 1 / (std::numbers::e_v<float> * static_cast<float>(block.length));
  Floats largest = Floats::load(logits);
  for (std::size_t t = 1; t < block.length; ++t)
    largest = larger(largest, Floats::load(logits + t * walk_lanes));
  Floats total(0.0f), squares(0.0f), s_log_s(0.0f);
  for (std::size_t t = 0; t < block.length; ++t) {
    float* const at = logits + t * walk_lanes;
    const Floats logit = Floats::load(at) - largest;
    const Floats s = exp(logit);
    total = total + s;
    squares = fma(s, s, squares);
    s_log_s = fma(s, logit, s_log_s);
    s.store(at);
  }
  const Floats inverse = Floats(1.0f) / total;
  for (std::size_t t = 0; t < block.length; ++t) {
    const Floats p = Floats::load(logits + t * walk_lanes) * inverse;
    const Floats inside = select(Floats(threshold) < p, counted, zero);
    add_to(sums.support + t * walk_lanes, inside);
    add_to(sums.active + t * walk_lanes, select(p < 1 - threshold, inside, zero));
    add_to(sums.attention + t * walk_lanes, counted * p);
  }
  add_to(sums.entropy, counted * (log(total) - s_log_s / total));
  add_to(sums.participation, counted * total * total / squares);
}

}  // namespace qklab::kernels::QKLAB_LEVEL
