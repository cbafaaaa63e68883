// .npz files. Their arrays are stored as they are and read where they lie in the mapped file, which libraries for zip
// archives do not offer.
// Source: PKWARE, .ZIP File Format Specification 6.3, sections 4.3 and 4.5.3.
#include <fmt/format.h>

#include <cstring>

#include "core/base/error.hpp"
#include "core/text/text_check.hpp"
#include "core/weights/npy_header.hpp"

namespace qklab::weights {

namespace {

constexpr std::uint32_t end_signature = 0x06054b50, end64_signature = 0x06064b50,
                        locator_signature = 0x07064b50, entry_signature = 0x02014b50,
                        local_signature = 0x04034b50;
constexpr std::size_t end_size = 22, locator_size = 20, end64_size = 56, entry_size = 46, local_size = 30;

struct ZipEntry {
  std::string name;
  std::uint16_t method = 0;
  std::uint64_t stored = 0, size = 0, offset = 0;
};

class Archive {
 public:
  Archive(const std::string& path, std::string_view bytes) : path_(path), bytes_(bytes) {}

  std::vector<ZipEntry> entries() const {
    const std::size_t end = find_end();
    std::uint64_t count = number<std::uint16_t>(end + 10), at = number<std::uint32_t>(end + 16);
    if (end >= locator_size && number<std::uint32_t>(end - locator_size) == locator_signature) {
      const std::uint64_t end64 = number<std::uint64_t>(end - locator_size + 8);
      need(end64, end64_size);
      if (number<std::uint32_t>(end64) != end64_signature) fail();
      count = number<std::uint64_t>(end64 + 32);
      at = number<std::uint64_t>(end64 + 48);
    }
    std::vector<ZipEntry> all;
    for (; count > 0; --count) all.push_back(entry(at));
    return all;
  }

  std::string_view content(const ZipEntry& of) const {
    need(of.offset, local_size);
    if (number<std::uint32_t>(of.offset) != local_signature) fail();
    const std::uint64_t begin = of.offset + local_size + number<std::uint16_t>(of.offset + 26) +
                                number<std::uint16_t>(of.offset + 28);
    need(begin, of.size);
    return bytes_.substr(begin, of.size);
  }

 private:
  [[noreturn]] void fail() const {
    throw InputError(fmt::format("{}: is a damaged .npz file, or was cut short", path_));
  }
  void need(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) fail();
  }
  template <class T> T number(std::uint64_t at) const {
    need(at, sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }

  // The end of the archive has a comment of up to 65535 bytes behind it.
  std::size_t find_end() const {
    if (bytes_.size() < end_size) fail();
    const std::size_t last = bytes_.size() - end_size, first = last > 0xffff ? last - 0xffff : 0;
    for (std::size_t at = last + 1; at-- > first;)
      if (number<std::uint32_t>(at) == end_signature) return at;
    fail();
  }

  // Reads the entry at `at`, which then is behind it.
  ZipEntry entry(std::uint64_t& at) const {
    need(at, entry_size);
    if (number<std::uint32_t>(at) != entry_signature) fail();
    ZipEntry entry{.name = {},
                   .method = number<std::uint16_t>(at + 10),
                   .stored = number<std::uint32_t>(at + 20),
                   .size = number<std::uint32_t>(at + 24),
                   .offset = number<std::uint32_t>(at + 42)};
    const std::uint64_t name = number<std::uint16_t>(at + 28), extra = number<std::uint16_t>(at + 30),
                        comment = number<std::uint16_t>(at + 32);
    need(at + entry_size, name + extra + comment);
    entry.name = bytes_.substr(at + entry_size, name);
    widen(entry, at + entry_size + name, extra);
    at += entry_size + name + extra + comment;
    return entry;
  }

  // Sizes that do not fit 32 bits stand in an extra field of kind 1, in this order.
  void widen(ZipEntry& entry, std::uint64_t at, std::uint64_t length) const {
    constexpr std::uint64_t elsewhere = 0xffffffff;
    const std::uint64_t end = at + length;
    while (at + 4 <= end) {
      const std::uint64_t size = number<std::uint16_t>(at + 2);
      if (number<std::uint16_t>(at) == 1) {
        std::uint64_t next = at + 4;
        for (std::uint64_t* each : {&entry.size, &entry.stored, &entry.offset}) {
          if (*each != elsewhere) continue;
          if (next + 8 > at + 4 + size || next + 8 > end) fail();
          *each = number<std::uint64_t>(next);
          next += 8;
        }
      }
      at += 4 + size;
    }
  }

  const std::string& path_;
  const std::string_view bytes_;
};

}  // namespace

std::vector<TensorInfo> read_npz(const std::string& path, std::string_view bytes) {
  const Archive archive(path, bytes);
  std::vector<TensorInfo> tensors;
  const std::vector<ZipEntry> entries = archive.entries();
  for (const ZipEntry& entry : entries)
    if (entry.name.ends_with("data.pkl")) throw InputError(pickle_message(path));
  for (const ZipEntry& entry : entries) {
    const std::string shown = fmt::format("{}: {}", path, readable(entry.name));
    constexpr std::string_view ending = ".npy";
    if (!entry.name.ends_with(ending))
      throw InputError(fmt::format("{}: is no .npy file: expected only these", shown));
    if (entry.method != 0)
      throw InputError(
          fmt::format("{}: is compressed: save the arrays by numpy.savez, not savez_compressed", shown));
    tensors.push_back(
        read_npy(shown, entry.name.substr(0, entry.name.size() - ending.size()), archive.content(entry)));
  }
  return tensors;
}

}  // namespace qklab::weights
