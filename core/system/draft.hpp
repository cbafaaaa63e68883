// A file in the making, beside the one that it is to replace.
#pragma once

#include <cstdio>
#include <string>

namespace qklab {

// Nothing is at `path` before finish(), nor is anything left beside it if that is not reached. Another draft
// of the same file, of this process or another one, is waited for: neither ever holds parts of both.
class Draft {
 public:
  explicit Draft(std::string path);  // throws Error where it cannot be made
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  std::FILE* file() const { return file_; }
  void finish();  // throws Error where not all of it can be written ("No space left on device")
  [[noreturn]] void fail() const;  // throws Error with errno's cause

 private:
  std::string path_, part_;
  int lock_;
  std::FILE* file_ = nullptr;
  bool finished_ = false;
};

}  // namespace qklab
