// Writes columns to an HDF5 file, if libhdf5-dev was present at build time.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/export/columns.hpp"

#ifdef QKLAB_HDF5
#include <hdf5.h>
#endif

namespace qklab {

#ifdef QKLAB_HDF5

namespace {

// An HDF5 identifier, which is closed by the function for its kind.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {
    if (id < 0) throw Error("HDF5: cannot write");
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void write(hid_t group, const std::string& name, const std::vector<std::size_t>& shape, hid_t type,
           const void* data) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
  const Handle set(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                   H5Dclose);
  if (H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
    throw Error(fmt::format("HDF5: '{}' cannot be written", name));
}

void write(hid_t group, const std::string& name, const Column& column) {
  const auto shape = column.shape();
  if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
    write(group, name, shape, H5T_NATIVE_DOUBLE, numbers->data());
  } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.values)) {
    write(group, name, shape, H5T_NATIVE_INT64, integers->data());
  } else if (const auto* flags = std::get_if<std::vector<bool>>(&column.values)) {
    const std::vector<std::int8_t> bytes(flags->begin(), flags->end());
    write(group, name, shape, H5T_NATIVE_INT8, bytes.data());
  } else {
    std::vector<const char*> texts;
    for (const std::string& text : std::get<std::vector<std::string>>(column.values))
      texts.push_back(text.c_str());
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    write(group, name, shape, type, texts.data());
  }
}

Handle make_group(hid_t parent, const std::string& name) {
  return Handle(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
}

}  // namespace

void demand_hdf5() {}

void write_hdf5(const Columns& columns, const std::string& directory) {
  const std::string path = directory + "/results.h5", part = path + ".part";
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are thrown, not printed
  try {
    const Handle file(H5Fcreate(part.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const Handle trials = make_group(file, "trials");
    for (const Column& column : columns.trials) write(trials, column.name, column);
    const Handle all_series = make_group(file, "series");
    for (const SeriesColumns& series : columns.series) {
      const Handle one = make_group(all_series, series.value.name);
      write(one, "index", series.index);
      write(one, "value", series.value);
    }
    if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) throw Error(fmt::format("{}: cannot be written", path));
  } catch (...) {
    std::remove(part.c_str());
    throw;
  }
  std::filesystem::rename(part, path);
}

#else

void demand_hdf5() {
  throw InputError(
      "this qklab was built without HDF5. In its source: apt-get install libhdf5-dev, then cmake --preset "
      "release && "
      "cmake --build build/release. Or give --format npy, which NumPy reads");
}

void write_hdf5(const Columns&, const std::string&) { demand_hdf5(); }

#endif

}  // namespace qklab
