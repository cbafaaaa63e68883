// Detects whether a file has changed.
#pragma once

#include <cstdint>
#include <string>

namespace qklab {

// Size and time of the last change: a file whose stamp differs was written in between.
struct FileStamp {
  explicit FileStamp(const std::string& path);
  bool operator==(const FileStamp&) const = default;

  std::int64_t size = 0, seconds = 0, nanoseconds = 0;
};

}  // namespace qklab
