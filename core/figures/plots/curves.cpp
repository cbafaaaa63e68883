#include "core/figures/plots/curves.hpp"

namespace qklab {

void fill_curves(const Figure& figure, const Results& results, const Trials& trials, FigureData& data) {
  const Experiment& experiment = *results.experiment;
  data.panels = faceted(figure, trials, experiment, [&](const Trials& curve) {
    if (figure.x_parameter) return points_along_parameter(figure, figure.value, curve, experiment);
    check_equal_but_seed(figure, curve, experiment.parameters);
    return points_along_index(figure, curve);
  });
}

}  // namespace qklab
