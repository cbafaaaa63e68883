// Numbers to bytes and back, for checkpoints: read by the program that wrote them, on the same machine.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/error.hpp"

namespace qklab::train {

class ByteWriter {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void put(T number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  // Its size, then its elements.
  template <class T> void put(std::span<T> numbers) {
    put(static_cast<std::uint64_t>(numbers.size()));
    bytes_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
  }
  void put(std::string_view text) { put(std::span(text)); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Throws Error where bytes are missing, or a span is of another size than was written.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T> T number() {
    T result;
    std::memcpy(&result, take(sizeof result).data(), sizeof result);
    return result;
  }
  template <class T> void fill(std::span<T> numbers) {
    if (number<std::uint64_t>() != numbers.size()) throw Error("a checkpoint of another model or optimizer");
    if (!numbers.empty())
      std::memcpy(numbers.data(), take(numbers.size_bytes()).data(), numbers.size_bytes());
  }
  // A span of any size, as bytes.
  template <class T = char> std::string_view elements() { return take(number<std::uint64_t>() * sizeof(T)); }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t n) {
    if (n > bytes_.size()) throw Error("a checkpoint that is cut short");
    const std::string_view part = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return part;
  }

  std::string_view bytes_;
};

}  // namespace qklab::train
