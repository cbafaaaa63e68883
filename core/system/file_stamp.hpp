// When a file was last written.
#pragma once

#include <cstdint>
#include <string>

namespace qklab {

// Tells whether a file was written to since: size and time of change.
struct FileStamp {
  explicit FileStamp(const std::string& path);
  bool operator==(const FileStamp&) const = default;

  std::int64_t size = 0, seconds = 0, nanoseconds = 0;
};

}  // namespace qklab
