#include "core/weights/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.hpp"
#include "core/text/text_check.hpp"

namespace qklab::weights {

namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::size_t length_bytes = 8;
// The reference implementation refuses longer headers as well.
constexpr std::uint64_t longest_header = 100'000'000;

class Reader {
 public:
  Reader(const std::string& path, std::string_view bytes) : path_(path), bytes_(bytes) {}

  std::vector<TensorInfo> read(std::map<std::string, std::string>& metadata) {
    const Json header = parsed(header_text());
    if (!header.is_object()) fail("its header is no JSON object");
    std::vector<TensorInfo> tensors;
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        read_metadata(entry, metadata);
      } else {
        tensors.push_back(tensor(name, entry));
      }
    }
    check_order(tensors);
    return tensors;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(fmt::format("{}: is no valid safetensors file: {}", path_, why));
  }
  [[noreturn]] void fail(const std::string& name, const std::string& why) const {
    fail(fmt::format("array '{}': {}", readable(name), why));
  }

  std::string_view header_text() {
    if (bytes_.size() < length_bytes)
      fail(fmt::format("it has {} bytes, and the length of its header alone takes {}", bytes_.size(),
                       length_bytes));
    std::uint64_t length;
    std::memcpy(&length, bytes_.data(), sizeof length);
    const std::uint64_t rest = bytes_.size() - length_bytes;
    if (length > rest)
      fail(fmt::format(
          "its header is said to have {} bytes, and {} are there: it was cut short, or is of another format",
          length, rest));
    if (length > longest_header)
      fail(fmt::format("its header is said to have {} bytes: expected at most {}", length, longest_header));
    data_ = bytes_.substr(length_bytes + length);
    return bytes_.substr(length_bytes, length);
  }

  // Keys of one name would hide each other.
  Json parsed(std::string_view text) const {
    std::vector<std::set<std::string>> keys;
    const auto look = [&](int, Json::parse_event_t event, Json& value) {
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
        fail(fmt::format("its header has '{}' twice", readable(value.get<std::string>())));
      return true;
    };
    try {
      return Json::parse(text, look);
    } catch (const Json::parse_error& error) {
      fail(fmt::format("its header is not JSON (byte {} of it): it is damaged, or of another format",
                       error.byte));
    }
  }

  void read_metadata(const Json& entry, std::map<std::string, std::string>& metadata) const {
    if (!entry.is_object()) fail("__metadata__ is no map of texts");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail(fmt::format("__metadata__: '{}' is no text", readable(key)));
      metadata[key] = value.get<std::string>();
    }
  }

  std::uint64_t whole(const std::string& name, const Json& number, const char* what) const {
    if (!number.is_number_unsigned())
      fail(name, fmt::format("{}: expected whole numbers of at least 0", what));
    return number.get<std::uint64_t>();
  }

  const Json& list(const std::string& name, const Json& entry, const char* key) const {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array()) fail(name, fmt::format("has no list '{}'", key));
    return *found;
  }

  TensorInfo tensor(const std::string& name, const Json& entry) const {
    if (!entry.is_object()) fail(name, "is not described by a JSON object");
    TensorInfo info{.name = name, .type = {}, .shape = {}, .bytes = {}};
    const auto type = entry.find("dtype");
    if (type == entry.end() || !type->is_string()) fail(name, "has no 'dtype'");
    info.type = type->get<std::string>();
    for (const Json& extent : list(name, entry, "shape")) info.shape.push_back(whole(name, extent, "shape"));
    const Json& offsets = list(name, entry, "data_offsets");
    if (offsets.size() != 2) fail(name, "data_offsets: expected a begin and an end");
    const std::uint64_t begin = whole(name, offsets[0], "data_offsets"),
                        end = whole(name, offsets[1], "data_offsets");
    if (begin > end || end > data_.size())
      fail(name,
           fmt::format(
               "lies from {} to {}, and the file has {} bytes of numbers: it was cut short, or its header "
               "is wrong",
               begin, end, data_.size()));
    info.bytes = data_.substr(begin, end - begin);
    check_size(info);
    return info;
  }

  // Shapes may be so large that their product overflows.
  void check_size(const TensorInfo& info) const {
    std::uint64_t size = size_of_type(info.type);
    if (size == 0) return;  // of a type that nobody reads here
    bool overflows = false;
    for (const std::uint64_t extent : info.shape) overflows |= __builtin_mul_overflow(size, extent, &size);
    if (std::ranges::count(info.shape, 0u) > 0) size = 0, overflows = false;
    if (overflows || size != info.bytes.size())
      fail(info.name, fmt::format("of shape ({}) and type {} does not have {} bytes",
                                  fmt::join(info.shape, ", "), info.type, info.bytes.size()));
  }

  void check_order(const std::vector<TensorInfo>& tensors) const {
    std::vector<const TensorInfo*> order;
    for (const TensorInfo& each : tensors) order.push_back(&each);
    const auto place = [](const TensorInfo* each) {
      return std::pair(each->bytes.data(), each->bytes.size());
    };
    std::ranges::sort(order, {}, place);
    const char* next = data_.data();
    const TensorInfo* before = nullptr;
    for (const TensorInfo* each : order) {
      if (each->bytes.data() < next) fail(each->name, fmt::format("overlaps '{}'", readable(before->name)));
      if (each->bytes.data() > next)
        fail(each->name, fmt::format("begins {} bytes late", each->bytes.data() - next));
      next += each->bytes.size();
      before = each;
    }
    if (const auto left = data_.data() + data_.size() - next; left > 0)
      fail(fmt::format("{} bytes at its end belong to no array", left));
  }

  const std::string& path_;
  const std::string_view bytes_;
  std::string_view data_;
};

}  // namespace

std::vector<TensorInfo> read_safetensors(const std::string& path, std::string_view bytes,
                                         std::map<std::string, std::string>& metadata) {
  return Reader(path, bytes).read(metadata);
}

std::string safetensors_bytes(const std::vector<NamedArray>& arrays,
                              const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const NamedArray& each : arrays) {
    const std::uint64_t end = offset + each.data.size_bytes();
    header[each.name] = {{"dtype", "F32"}, {"shape", each.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = arrays.empty() && metadata.empty() ? "{}" : header.dump();
  text.append((length_bytes - text.size() % length_bytes) % length_bytes,
              ' ');  // so that numbers are aligned
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes.reserve(bytes.size() + text.size() + offset);
  bytes += text;
  for (const NamedArray& each : arrays)
    bytes.append(reinterpret_cast<const char*>(each.data.data()), each.data.size_bytes());
  return bytes;
}

}  // namespace qklab::weights
