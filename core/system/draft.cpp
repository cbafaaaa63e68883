#include "core/system/draft.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/error.hpp"

namespace qklab {

namespace {

bool is_at(int file, const std::string& path) {
  struct stat held, there;
  return fstat(file, &held) == 0 && stat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

// Opens the file and locks it. Where a file system has no locks, the file is opened without one.
int open_alone(const std::string& path) {
  for (;;) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return -1;
    const bool locked = flock(file, LOCK_EX) == 0;
    // If the path names another file by now, the previous holder has renamed or removed this one: try again.
    if (!locked || is_at(file, path)) return file;
    close(file);
  }
}

}  // namespace

Draft::Draft(std::string path) : path_(std::move(path)), part_(path_ + ".part"), lock_(open_alone(part_)) {
  if (lock_ < 0) fail();
  // The lock must outlive the stream: on some file systems only close() reports a full disk, and the file may
  // be renamed only after that.
  const int writing = ftruncate(lock_, 0) == 0 ? dup(lock_) : -1;
  file_ = writing >= 0 ? fdopen(writing, "wb") : nullptr;
  if (file_) return;
  const int cause = errno;
  close(lock_);
  errno = cause;
  fail();
}

Draft::~Draft() {
  if (file_) std::fclose(file_);
  if (!finished_) std::remove(part_.c_str());
  close(lock_);
}

void Draft::fail() const {
  throw Error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

void Draft::finish() {
  if (std::fflush(file_) != 0 || std::ferror(file_) != 0) fail();
  if (std::fclose(std::exchange(file_, nullptr)) != 0) fail();
  if (std::rename(part_.c_str(), path_.c_str()) != 0) fail();
  finished_ = true;
}

}  // namespace qklab
