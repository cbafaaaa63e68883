#include "core/system/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace qklab {

MappedFile::MappedFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto fail = [&](const char* why) {
    if (file >= 0) close(file);
    throw InputError(fmt::format("{}: {}", path, why));
  };
  if (file < 0) fail(fmt::format("cannot be read: {}", std::strerror(errno)).c_str());
  struct stat status;
  if (fstat(file, &status) != 0) fail(fmt::format("cannot be read: {}", std::strerror(errno)).c_str());
  if (S_ISDIR(status.st_mode)) fail("is a directory, not a file");
  if (!S_ISREG(status.st_mode)) fail("is no regular file, so that it cannot be mapped");
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ > 0) {  // an empty file cannot be mapped
    void* const data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) fail(fmt::format("cannot be mapped: {}", std::strerror(errno)).c_str());
    data_ = static_cast<const char*>(data);
  }
  close(file);
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<char*>(data_), size_);
}

}  // namespace qklab
