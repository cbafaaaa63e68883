#include "core/weights/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/text/text_check.hpp"

namespace qklab::weights {

namespace {

// The header is a Python dict of three known keys: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class NpyHeader {
 public:
  NpyHeader(const std::string& path, std::string_view text) : path_(path), rest_(text) {}

  void read(TensorInfo& info) {
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!next_is('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_type) {
        has_type = true;
        info.type = type();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        info.is_column_major = truth();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        info.shape = shape();
      } else {
        fail();
      }
      if (!next_is(',')) {
        expect('}');
        break;
      }
    }
    if (!has_type || !has_order || !has_shape) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw InputError(fmt::format("{}: its header is not one of NumPy's", path_));
  }

  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }
  bool next_is(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!next_is(c)) fail();
  }
  std::string quoted() {
    expect('\'');
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) fail();
    const std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string type() {
    skip_space();
    if (rest_.starts_with('['))
      throw InputError(fmt::format("{}: is an array of records, not of numbers", path_));
    std::string name = quoted();
    if (name.starts_with('>'))
      throw InputError(
          fmt::format("{}: is big-endian ({}): save it with .astype('<f4')", path_, readable(name)));
    if (name.starts_with("|O"))
      throw InputError(fmt::format("{}: is an array of Python objects (a pickle), not of numbers", path_));
    return name;
  }
  bool truth() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail();
  }
  std::vector<std::uint64_t> shape() {
    std::vector<std::uint64_t> extents;
    expect('(');
    while (!next_is(')')) {
      const auto digits =
          std::ranges::find_if_not(rest_, [](char c) { return '0' <= c && c <= '9'; }) - rest_.begin();
      const auto extent = parse_integer(rest_.substr(0, static_cast<std::size_t>(digits)));
      if (!extent) fail();
      extents.push_back(static_cast<std::uint64_t>(*extent));
      rest_.remove_prefix(static_cast<std::size_t>(digits));
      if (!next_is(',')) {
        expect(')');
        break;
      }
    }
    return extents;
  }

  const std::string& path_;
  std::string_view rest_;
};

}  // namespace

TensorInfo read_npy(const std::string& path, const std::string& name, std::string_view bytes) {
  const auto fail = [&](const std::string& why) { throw InputError(fmt::format("{}: {}", path, why)); };
  constexpr std::string_view magic = "\x93NUMPY";
  if (!bytes.starts_with(magic) || bytes.size() < 10) fail("is no .npy file, or was cut short");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    fail(fmt::format("is of version {} of NumPy's format: expected 1, 2 or 3", version));
  const std::size_t begin = version == 1 ? 10 : 12;
  if (bytes.size() < begin) fail("was cut short");
  std::size_t length = byte(8) + (byte(9) << 8);
  if (version > 1) length += (byte(10) << 16) + (byte(11) << 24);
  if (length > bytes.size() - begin) fail("was cut short: its header is longer than the file");
  TensorInfo info{.name = name, .type = {}, .shape = {}, .bytes = bytes.substr(begin + length)};
  NpyHeader(path, bytes.substr(begin, length)).read(info);
  std::uint64_t size = size_of_type(info.type);
  if (size == 0) return info;  // of a type that nobody reads here
  bool overflows = false;
  for (const std::uint64_t extent : info.shape) overflows |= __builtin_mul_overflow(size, extent, &size);
  if (std::ranges::count(info.shape, 0u) > 0) size = 0, overflows = false;
  if (overflows || size > info.bytes.size())
    fail(fmt::format("of shape ({}) and type {} was cut short: it has {} bytes of numbers",
                     fmt::join(info.shape, ", "), info.type, info.bytes.size()));
  info.bytes = info.bytes.substr(0, size);
  return info;
}

}  // namespace qklab::weights
