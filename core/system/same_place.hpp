// Tells whether two paths name the same file or folder.
#pragma once

#include <filesystem>
#include <string>

namespace qklab {

// The spelling does not matter: `out`, `out/`, `./out` and a link to it are the same. A path that does not
// exist yet is compared by where it would be.
inline bool same_place(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const auto place = [](const std::string& path) {
    std::error_code ignored;
    fs::path known = fs::weakly_canonical(fs::absolute(path), ignored);
    return known.has_filename() ? known : known.parent_path();  // without the slash at its end
  };
  return place(a) == place(b);
}

}  // namespace qklab
