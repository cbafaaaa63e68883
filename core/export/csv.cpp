#include "core/export/csv.hpp"

#include "core/results/results.hpp"

namespace qklab {

void export_csv(const Store& store, const Sweep& sweep, const std::string& directory) {
  TrialsCsv trials(directory + "/trials.csv", sweep.experiment());
  SeriesCsv series(directory + "/series.csv", sweep.experiment());
  store.for_each(sweep, [&](const TrialRecord& trial) {
    trials.add(trial);
    series.add(trial);
  });
  trials.finish();
  series.finish();
}

}  // namespace qklab
