// Results by column, as array libraries want them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/store/store.hpp"

namespace qklab {

// One value a trial, in the sweep's order; or, of a series, a row a trial, as long as the longest and NaN
// behind a trial's own end.
struct Column {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<bool>, std::vector<std::string>>
      values;
  std::size_t width = 0;  // of a series; 0 of anything else

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

// <directory>/npy/<column>.npy and <directory>/npy/series/<name>.npy with <name>.index.npy beside it.
void write_npy(const Columns& columns, const std::string& directory);

// Throws InputError where qklab was built without HDF5, with the way to get it.
void demand_hdf5();
// <directory>/results.h5: /trials/<column>, /series/<name>/value and /series/<name>/index. Throws as
// demand_hdf5() does.
void write_hdf5(const Columns& columns, const std::string& directory);

}  // namespace qklab
