// Results by column, as array libraries expect them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/store/store.hpp"

namespace qklab {

// One value per trial, in the sweep's order; for a series, one row per trial, as long as the longest row and
// padded with NaN.
struct Column {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<bool>, std::vector<std::string>>
      values;
  std::size_t width = 0;  // for a series; 0 otherwise

  std::vector<std::size_t> shape() const;  // (trials) or (trials, width)
};

struct SeriesColumns {
  Column index, value;
};

struct Columns {
  std::vector<Column> trials;  // trial, status, parameters, scalars
  std::vector<SeriesColumns> series;
};

Columns read_columns(const Store& store, const Sweep& sweep);

// Writes <directory>/npy/<column>.npy, and <directory>/npy/series/<name>.npy with <name>.index.npy beside it.
void write_npy(const Columns& columns, const std::string& directory);

// Throws InputError, which says what to install, if qklab was built without HDF5.
void demand_hdf5();
// Writes <directory>/results.h5: /trials/<column>, /series/<name>/value and /series/<name>/index. Throws like
// demand_hdf5().
void write_hdf5(const Columns& columns, const std::string& directory);

}  // namespace qklab
