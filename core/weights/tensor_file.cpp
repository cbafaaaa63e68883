#include "core/weights/tensor_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/error.hpp"
#include "core/text/text_check.hpp"
#include "core/weights/half.hpp"

namespace qklab::weights {

namespace {

struct TypeSize {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<TypeSize, 31> type_sizes = {
    {{"F64", 8},     {"F32", 4}, {"F16", 2},  {"BF16", 2}, {"I64", 8}, {"I32", 4},  {"I16", 2},
     {"I8", 1},      {"U64", 8}, {"U32", 4},  {"U16", 2},  {"U8", 1},  {"BOOL", 1}, {"F8_E5M2", 1},
     {"F8_E4M3", 1}, {"<f8", 8}, {"<f4", 4},  {"<f2", 2},  {"<i8", 8}, {"<i4", 4},  {"<i2", 2},
     {"|i1", 1},     {"<u8", 8}, {"<u4", 4},  {"<u2", 2},  {"|u1", 1}, {"|b1", 1},  {"F8_E8M0", 1},
     {"C64", 8},     {"<c8", 8}, {"<c16", 16}}};

template <class T> T load(const char* at) {
  T number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

// A conversion for each type, so that the loop over numbers has no choice in it.
using Convert = double (*)(const char* at);
Convert conversion_of(std::string_view type) {
  if (type == "F64" || type == "<f8") return [](const char* at) { return load<double>(at); };
  if (type == "F32" || type == "<f4") return [](const char* at) { return double{load<float>(at)}; };
  if (type == "F16" || type == "<f2")
    return [](const char* at) { return double{from_half(load<std::uint16_t>(at))}; };
  if (type == "BF16") return [](const char* at) { return double{from_bfloat16(load<std::uint16_t>(at))}; };
  return nullptr;
}

}  // namespace

std::size_t size_of_type(std::string_view type) {
  const auto found = std::ranges::find(type_sizes, type, &TypeSize::name);
  return found == type_sizes.end() ? 0 : found->bytes;
}

bool is_real_type(std::string_view type) { return conversion_of(type) != nullptr; }

std::string TensorInfo::str() const {
  return fmt::format("'{}' ({})", readable(name), fmt::join(shape, ", "));
}

std::string listed_names(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) shown.push_back(readable(names[i]));
  std::string list = fmt::format("{}", fmt::join(shown, ", "));
  if (names.size() > most) list += fmt::format(", ... (and {} more)", names.size() - most);
  return list;
}

TensorFile::TensorFile(std::string path, std::vector<std::shared_ptr<const MappedFile>> files,
                       std::vector<TensorInfo> tensors, std::map<std::string, std::string> metadata)
    : path_(std::move(path)),
      files_(std::move(files)),
      tensors_(std::move(tensors)),
      metadata_(std::move(metadata)) {
  std::ranges::sort(tensors_, {}, &TensorInfo::name);
  const auto twice = std::ranges::adjacent_find(tensors_, {}, &TensorInfo::name);
  if (twice != tensors_.end())
    throw InputError(fmt::format("{}: has two arrays named '{}'", path_, readable(twice->name)));
}

std::vector<std::string> TensorFile::names() const {
  std::vector<std::string> all;
  for (const TensorInfo& each : tensors_) all.push_back(each.name);
  return all;
}

const TensorInfo* TensorFile::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(tensors_, name, {}, &TensorInfo::name);
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

const TensorInfo& TensorFile::at(std::string_view name) const {
  if (const TensorInfo* found = find(name)) return *found;
  const std::vector<std::string> all = names();
  throw InputError(fmt::format("{}: has no array '{}'{}; it has {}", path_, readable(name),
                               did_you_mean(name, all), all.empty() ? "none" : listed_names(all)));
}

Matrix TensorFile::block(const TensorInfo& of, std::size_t row, std::size_t rows, std::size_t column,
                         std::size_t columns) const {
  const auto fail = [&](const std::string& why) {
    throw InputError(fmt::format("{}: {} {}", path_, of.str(), why));
  };
  const Convert convert = conversion_of(of.type);
  if (!convert) fail(fmt::format("is of type {}: expected F64, F32, F16 or BF16", readable(of.type)));
  if (of.shape.size() > 2) fail(fmt::format("is of rank {}: expected a matrix or a vector", of.shape.size()));
  const std::uint64_t height = of.shape.size() == 2 ? of.shape[0] : 1;
  const std::uint64_t width = of.shape.empty() ? 1 : of.shape.back();
  if (row > height || rows > height - row || column > width || columns > width - column)
    fail(fmt::format("has no rows {} to {} and columns {} to {}", row, row + rows, column, column + columns));
  auto out = Matrix::from_shape({rows, columns});
  if (out.size() == 0) return out;  // a shape may say any number of rows that hold nothing
  const std::size_t size = size_of_type(of.type);
  const std::size_t down = of.is_column_major ? 1 : width, right = of.is_column_major ? height : 1;
  for (std::size_t i = 0; i < rows; ++i) {
    const char* at = of.bytes.data() + ((row + i) * down + column * right) * size;
    for (std::size_t j = 0; j < columns; ++j, at += right * size) {
      const double number = out(i, j) = convert(at);
      if (!std::isfinite(number))
        fail(fmt::format("holds {} in row {}, column {}", std::isnan(number) ? "NaN" : "an infinity", row + i,
                         column + j));
    }
  }
  return out;
}

Matrix TensorFile::matrix(const TensorInfo& of) const {
  const bool flat = of.shape.size() < 2;
  return block(of, 0, flat ? 1 : of.shape[0], 0, of.shape.empty() ? 1 : of.shape.back());
}

Vector TensorFile::vector(const TensorInfo& of) const {
  if (of.shape.size() > 1)
    throw InputError(
        fmt::format("{}: {} is of rank {}: expected a vector", path_, of.str(), of.shape.size()));
  const Matrix row = matrix(of);
  auto out = Vector::from_shape({row.shape(1)});
  std::copy(row.begin(), row.end(), out.begin());
  return out;
}

}  // namespace qklab::weights
