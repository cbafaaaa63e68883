// A file that is being written beside the file that it will replace.
#pragma once

#include <cstdio>
#include <string>

namespace qklab {

// Nothing appears at `path` before finish(), and if finish() is not reached nothing is left behind. Another
// draft of the same file, in this process or another, is waited for, so that a file never mixes parts of two
// drafts.
class Draft {
 public:
  explicit Draft(std::string path);  // throws Error if the file cannot be created
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  std::FILE* file() const { return file_; }
  void finish();  // throws Error if not everything can be written ("No space left on device")
  [[noreturn]] void fail() const;  // throws Error with the cause from errno

 private:
  std::string path_, part_;
  int lock_;
  std::FILE* file_ = nullptr;
  bool finished_ = false;
};

}  // namespace qklab
