// Exports results to HDF5 and reads them back with HDF5's own library, value by value.
#include <doctest/doctest.h>

#ifdef QKLAB_HDF5

#include <hdf5.h>

#include <bit>
#include <cstring>
#include <map>

#include "core/export/columns.hpp"
#include "tests/support/walker.hpp"

using namespace qklab;
using namespace qklab::test;

namespace {

// The content of a dataset, read with the type that the file declares.
struct Dataset {
  std::vector<hsize_t> shape;
  H5T_class_t type = H5T_NO_CLASS;
  std::size_t width = 0;  // bytes per number
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
};

Dataset read_dataset(hid_t file, const std::string& path) {
  CAPTURE(path);
  Dataset all;
  const hid_t set = H5Dopen2(file, path.c_str(), H5P_DEFAULT);
  REQUIRE(set >= 0);
  const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  all.shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, all.shape.data(), nullptr);
  const auto size = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  all.type = H5Tget_class(type);
  all.width = H5Tget_size(type);
  if (all.type == H5T_FLOAT) {
    all.reals.resize(size);
    CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.reals.data()) >= 0);
  } else if (all.type == H5T_INTEGER) {
    all.integers.resize(size);
    CHECK(H5Dread(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.integers.data()) >= 0);
  } else {
    REQUIRE(all.type == H5T_STRING);
    CHECK(H5Tget_cset(type) == H5T_CSET_UTF8);
    std::vector<char*> texts(size);
    CHECK(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()) >= 0);
    for (const char* text : texts) all.texts.emplace_back(text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  }
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(set);
  return all;
}

std::vector<std::string> members(hid_t file, const char* group) {
  std::vector<std::string> names;
  const hid_t id = H5Gopen2(file, group, H5P_DEFAULT);
  REQUIRE(id >= 0);
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  hsize_t next = 0;
  H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &next, add, &names);
  H5Gclose(id);
  return names;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// Checks the series of every trial: rows as long as the longest series, padded with NaN.
void check_rows(const Dataset& set, const std::vector<std::vector<double>>& rows) {
  std::size_t width = 1;
  for (const auto& row : rows) width = std::max(width, row.size());
  REQUIRE(set.shape == std::vector<hsize_t>{rows.size(), width});
  REQUIRE(set.type == H5T_FLOAT);
  CHECK(set.width == 8);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      const double value = set.reals[i * width + k];
      CHECK((k < rows[i].size() ? same_bits(value, rows[i][k]) : std::isnan(value)));
    }
  }
}

}  // namespace

TEST_CASE("HDF5: its own library reads back what was exported, to the bit") {
  const Sweep sweep =
      sweep_of(walker(),
               "sweep: {number: {range: [0, 23, 1]}, length: [2, 5], label: ['', 'déjà, \"vu\"']}\n"
               "params: {scale: inf, flag: true}\n");
  const Scratch scratch;
  Store store(scratch.db(), Store::Mode::write);
  RunOptions options;
  options.jobs = 2;
  options.directory = scratch.path;
  run_trials(sweep, store, options, never);
  write_hdf5(read_columns(store, sweep), scratch.path);
  const Results results = store.load(sweep, {"walk", "squares"});
  const std::vector<TrialRecord>& trials = results.trials;
  REQUIRE(trials.size() == 96);

  const hid_t file = H5Fopen((scratch.path + "/results.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  REQUIRE(file >= 0);
  CHECK(members(file, "/") == std::vector<std::string>{"series", "trials"});
  CHECK(members(file, "/trials") == std::vector<std::string>{"even", "flag", "label", "length", "number",
                                                             "scale", "seed", "status", "sum", "trial"});
  CHECK(members(file, "/series") == std::vector<std::string>{"squares", "walk"});

  const Dataset ids = read_dataset(file, "/trials/trial"), statuses = read_dataset(file, "/trials/status");
  REQUIRE(ids.texts.size() == trials.size());
  REQUIRE(statuses.texts.size() == trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    CHECK(ids.texts[i] == trial_name(trials[i].id));
    CHECK(statuses.texts[i] == name_of(trials[i].status));
  }
  const Schema& schema = walker().parameters;
  for (std::size_t p = 0; p < schema.size(); ++p) {
    CAPTURE(schema[p].name);
    const Dataset set = read_dataset(file, "/trials/" + schema[p].name);
    REQUIRE(set.shape == std::vector<hsize_t>{trials.size()});
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const Value& value = trials[i].params[p];
      if (schema[p].type == Type::real) CHECK(same_bits(set.reals.at(i), std::get<double>(value)));
      if (schema[p].type == Type::integer) CHECK(set.integers.at(i) == std::get<std::int64_t>(value));
      if (schema[p].type == Type::boolean) CHECK(set.integers.at(i) == (std::get<bool>(value) ? 1 : 0));
      if (schema[p].type == Type::text) CHECK(set.texts.at(i) == std::get<std::string>(value));
    }
  }
  for (std::size_t m = 0; m < walker().scalars.size(); ++m) {
    const Dataset set = read_dataset(file, "/trials/" + walker().scalars[m].name);
    REQUIRE(set.reals.size() == trials.size());
    CHECK(set.width == 8);
    for (std::size_t i = 0; i < trials.size(); ++i) CHECK(same_bits(set.reals[i], trials[i].scalars[m]));
  }
  for (std::size_t m = 0; m < walker().series.size(); ++m) {
    std::vector<std::vector<double>> index, value;
    for (const TrialRecord& trial : trials) {
      index.push_back(trial.series[m].index);
      value.push_back(trial.series[m].value);
    }
    const std::string path = "/series/" + walker().series[m].name;
    check_rows(read_dataset(file, path + "/index"), index);
    check_rows(read_dataset(file, path + "/value"), value);
  }
  H5Fclose(file);
}

#else

#include "tests/skip.hpp"

TEST_CASE("results are read back from HDF5 as they were written") {
  skip("built without HDF5 (Debian's libhdf5-dev)");
}

#endif
