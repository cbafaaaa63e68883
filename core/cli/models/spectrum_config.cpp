#include "core/cli/models/spectrum_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "core/base/value.hpp"

namespace qklab {

namespace {

// YAML's single quotes: only the quote itself is written differently.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// A name that may become a part of paths.
std::string config_name(const std::string& file) {
  std::filesystem::path path(file);
  std::string name = path.filename().empty() ? path.parent_path().filename().string() : path.stem().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') c = '_';
  return name.empty() ? "model" : name;
}

// Two digits, rounded away from the middle so that nothing falls out.
double rounded_out(double x, bool up) {
  if (x == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(x))) - 1);
  return parse_real(fmt::format("{:.2g}", (up ? std::ceil(x / unit) : std::floor(x / unit)) * unit)).value();
}

std::string params_of(const SpectrumArguments& arguments, const weights::ModelWeights& model) {
  const weights::WeightsConfig& config = arguments.config;
  std::string params = config.mapping.empty() ? fmt::format("  layout: {}\n", model.layout())
                                              : fmt::format("  mapping: {}\n", quoted(config.mapping));
  if (!config.prefix.empty()) params += fmt::format("  prefix: {}\n", quoted(config.prefix));
  return params + fmt::format("  heads: {}\n  groups: {}\n  fold_norm: {}\n  length: {}\n  plane.dim: {}\n",
                              model.heads(), model.groups(), arguments.fold_norm, arguments.length,
                              model.dim());
}

}  // namespace

void PlaneArea::include(const weights::HeadSpectrum& head) {
  low_mean = std::min(low_mean, head.plane_mean);
  high_mean = std::max(high_mean, head.plane_mean);
  if (!(head.plane_frobenius > 0)) return;  // a matrix of zeros
  low_variance = std::min(low_variance, head.plane_frobenius);
  high_variance = std::max(high_variance, head.plane_frobenius);
}

std::string spectrum_config(const SpectrumArguments& arguments, const weights::ModelWeights& model,
                            const PlaneArea& area) {
  const std::string& file = arguments.config.file;
  std::vector<int> heads(static_cast<std::size_t>(model.heads()));
  std::iota(heads.begin(), heads.end(), 0);
  const bool has_variance = area.high_variance > 0;
  const double low = has_variance ? area.low_variance / 2 : 0.1,
               high = has_variance ? area.high_variance * 2 : 10;
  return fmt::format(
      R"(# Spectra of all heads of {0} (layout {1}), written by `qklab spectrum --config`.
# The second grid has no file: it is the map of theory beneath the heads.
name: {2}
experiment: weights
params:
{3}sweep:
  grid:
    - {{file: [{4}], layer: [{5}], head: [{6}], plane.mean: [0], plane.variance: [1]}}
    - {{file: [''], layer: [0], head: [0], plane.mean: {{linspace: [{7}, {8}, 15]}}, plane.variance: {{logspace: [{9}, {10}, 15]}}}}
figures:
  - {{name: spectrum, plot: heatmap, x: layer, y: head, color: [mean, variance, effective_rank, symmetric_share], columns: 2,
     where: "file != ''"}}
  - {{name: attention, plot: heatmap, x: layer, y: head,
     color: [entropy_theory, self_weight_theory, support_contrast, spectral_norm], columns: 2, where: "file != ''"}}
  - {{name: phases, plot: heatmap, x: plane.variance, y: plane.mean, color: entropy_ratio_theory, log: x, where: "file == ''"}}
  - {{name: plane, plot: dots, x: plane_frobenius, y: plane_mean, color: layer, log: x, over: phases, where: "file != ''"}}
  - {{name: eigenvalues, plot: line, x: rank, y: eigenvalue_real, color: layer, where: "head == 0 and file != ''"}}
  - {{name: density, plot: line, x: eigenvalue, y: density, color: layer, where: "head == 0 and file != ''"}}
  - {{name: support, plot: line, x: position, y: support_theory, color: layer, theory: none, where: "head == 0 and file != ''"}}
)",
      file, model.layout(), config_name(file), params_of(arguments, model), quoted(file),
      fmt::join(model.layers(), ", "), fmt::join(heads, ", "), shortest(rounded_out(area.low_mean, false)),
      shortest(rounded_out(area.high_mean, true)), shortest(rounded_out(low, false)),
      shortest(rounded_out(high, true)));
}

}  // namespace qklab
