// An independent reader and writer of safetensors, by the format's definition alone, and files for tests.
#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"
#include "core/weights/tensor_file.hpp"

namespace qklab::test {

struct PlainTensor {
  std::vector<std::uint64_t> shape;
  std::vector<float> data;
  bool operator==(const PlainTensor&) const = default;
};
using PlainTensors = std::map<std::string, PlainTensor>;

inline PlainTensors plain_read(const std::string& bytes, nlohmann::json& metadata) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(bytes.at(i))} << 8 * i;
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  const std::string numbers = bytes.substr(8 + length);
  PlainTensors all;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      metadata = entry;
      continue;
    }
    REQUIRE(entry.at("dtype") == "F32");
    const std::size_t begin = entry.at("data_offsets").at(0), end = entry.at("data_offsets").at(1);
    std::vector<float> data((end - begin) / sizeof(float));
    REQUIRE(end <= numbers.size());
    std::memcpy(data.data(), numbers.data() + begin, end - begin);
    all[name] = {entry.at("shape").get<std::vector<std::uint64_t>>(), std::move(data)};
  }
  return all;
}

// `header` as it stands, with the numbers behind it.
inline std::string with_header(const std::string& header, const std::string& numbers) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> 8 * i & 0xff);
  return bytes + header + numbers;
}

inline std::string plain_written(const PlainTensors& tensors) {
  nlohmann::json header;
  std::string numbers;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t begin = numbers.size();
    numbers.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size() * sizeof(float));
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, numbers.size()}}};
  }
  return with_header(header.dump(), numbers);
}

inline std::string opening(const std::string& path) {
  try {
    weights::open_tensors(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// The message with which a file of these bytes is refused, without the file's name; "" if it is not.
inline std::string refusal(const std::string& bytes, const std::string& name = "model.safetensors") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/" + name;
  write_file(path, bytes);
  const std::string message = opening(path);
  if (message.empty()) return "";
  REQUIRE_MESSAGE(message.starts_with(path + ": "), message);
  REQUIRE(message.find('\n') == std::string::npos);
  return message.substr(path.size() + 2);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace qklab::test
