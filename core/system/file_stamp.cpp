#include "core/system/file_stamp.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace qklab {

FileStamp::FileStamp(const std::string& path) {
  struct stat now;
  if (stat(path.c_str(), &now) != 0)
    throw Error(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  size = now.st_size;
  seconds = now.st_mtim.tv_sec;
  nanoseconds = now.st_mtim.tv_nsec;
}

}  // namespace qklab
