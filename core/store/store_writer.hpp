// Writes finished trials into the tables of run.db.
#pragma once

#include <vector>

#include "core/store/sqlite.hpp"
#include "core/store/store.hpp"
#include "core/store/stored_trial.hpp"

namespace qklab {

class StoreWriter {
 public:
  explicit StoreWriter(const Database& database);
  // Writes the batch in one transaction.
  void put(const Experiment& experiment, const std::vector<Store::Finished>& batch);

 private:
  void insert(const Store::Finished& finished);
  std::int64_t row_for(const Store::Finished& finished, const std::string& params, std::uint64_t checksum);
  std::uint64_t checksum_of(const Store::Finished& finished, const std::string& params) const;
  void look_up_metrics(const Experiment& experiment);
  std::int64_t metric_key(const std::string& name);

  const Database& database_;
  Statement find_trial_, add_trial_, replace_trial_, drop_scalars_, drop_series_, drop_arrays_;
  Statement add_scalar_, add_series_, add_array_, find_metric_, add_metric_;
  const Experiment* experiment_ = nullptr;  // the experiment that the cached metric keys belong to
  std::vector<std::int64_t> scalar_keys_, series_keys_, array_keys_;
};

}  // namespace qklab
