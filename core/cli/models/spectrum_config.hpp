// A config of the experiment `weights` that shows all heads of a model.
#pragma once

#include <string>

#include "core/weights/layouts/model_weights.hpp"
#include "core/weights/spectra/head_spectrum.hpp"

namespace qklab {

struct SpectrumArguments {
  weights::WeightsConfig config;
  bool fold_norm = false;
  std::size_t length = 64;
};

// The part of the (mean, variance) plane that a map is to cover.
struct PlaneArea {
  double low_mean = -0.1, high_mean = 0.1;
  double low_variance = 1e300, high_variance = 0;  // positive, as its axis is a log one

  void include(const weights::HeadSpectrum& head);
};

// YAML with a sweep over layers and heads, and figures of them: heat maps, spectra, and all heads on the phase diagram.
std::string spectrum_config(const SpectrumArguments& arguments, const weights::ModelWeights& model,
                            const PlaneArea& area);

}  // namespace qklab
