// The identity of a file on which results depend, such as the text of a training or the library of a plugin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct FileIdentity {
  std::string path;  // as the user named it
  std::uint64_t size = 0;
  std::string sha256;  // of the content, 64 hexadecimal digits

  bool operator==(const FileIdentity&) const = default;
  std::string str() const;  // "corpus.txt (1115394 bytes, sha256 86c4e6aa9db7...)"
};
using FileIdentities = std::vector<FileIdentity>;

FileIdentity identify_file(const std::string& path);  // throws InputError if it cannot be read
const FileIdentity* find_file(const FileIdentities& files,
                              std::string_view path);  // null if there is none

// The last of these builds that was of the same library as `build`, judged by the file's name, since the folder may be
// another one; null if there is none.
const FileIdentity* latest_build(const FileIdentities& builds, const FileIdentity& build);

// A list of {"path": ..., "size": ..., "sha256": ...}, as in run.db and manifest.json. Reading throws Error.
std::string files_json(const FileIdentities& files);
FileIdentities parse_files_json(std::string_view json);

}  // namespace qklab
