// What a file holds, as far as results depend on it: which text was trained on, which build of a plugin
// computed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct FileIdentity {
  std::string path;  // as it was named
  std::uint64_t size = 0;
  std::string sha256;  // of its bytes, 64 hexadecimal digits

  bool operator==(const FileIdentity&) const = default;
  std::string str() const;  // "corpus.txt (1115394 bytes, sha256 86c4e6aa9db7...)"
};
using FileIdentities = std::vector<FileIdentity>;

FileIdentity identify_file(const std::string& path);  // throws InputError where it cannot be read
const FileIdentity* find_file(const FileIdentities& files,
                              std::string_view path);  // null where there is none

// A list of {"path": ..., "size": ..., "sha256": ...}, as run.db and manifest.json hold it. Reading throws
// Error.
std::string files_json(const FileIdentities& files);
FileIdentities parse_files_json(std::string_view json);

}  // namespace qklab
