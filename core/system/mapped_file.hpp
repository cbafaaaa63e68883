// A file that is read through the operating system's pages, so that only what is looked at is loaded.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

// The whole file, mapped for reading. Another program that shortens the file meanwhile ends this one by SIGBUS, as with
// any mapping; files that are replaced by renaming, as write_file does, stay whole.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);  // throws InputError if the file cannot be read
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace qklab
