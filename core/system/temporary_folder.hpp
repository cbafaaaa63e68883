// A temporary folder for a measurement or a test; it is removed at the end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/base/error.hpp"

namespace qklab {

struct TemporaryFolder {
  std::string path;

  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "qklab-XXXXXX").string();
    if (!mkdtemp(name.data())) throw Error("cannot create a temporary folder");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

}  // namespace qklab
