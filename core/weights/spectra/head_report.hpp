// The spectrum of a head and all that theory predicts from it, as `qklab spectrum` and the experiment `weights` report it.
#pragma once

#include "core/theory/propagation.hpp"
#include "core/theory/scores/random_energy.hpp"
#include "core/weights/spectra/head_spectrum.hpp"

namespace qklab::weights {

struct HeadTheory {
  Propagation propagation;      // by position, for random-walk tokens; biases have no part in it
  double support_contrast = 0;  // largest minus smallest support
  double active_contrast = 0;
  // Of softmax over normalized tokens, |x|^2 = dim and otherwise random; the bias of queries is part of it.
  RandomEnergy attention;
};
HeadTheory theory_of(Propagation propagation, const RandomEnergy& attention);

struct HeadReport {
  HeadSpectrum spectrum;
  HeadTheory theory;
  double entropy_bound =
      0;  // Zhai et al. 2023, for tokens whose Gram matrix has the norm (sqrt(dim) + sqrt(length))^2
};

// For `length` >= 1 tokens, all of which a query sees.
HeadReport report_of(const HeadWeights& weights, std::size_t length);

}  // namespace qklab::weights
