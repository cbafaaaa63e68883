#include "core/trial/file_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/sha256.hpp"
#include "core/system/file.hpp"
#include "core/system/mapped_file.hpp"

namespace qklab {

std::string FileIdentity::str() const {
  return fmt::format("{} ({} bytes, sha256 {}...)", path, size, sha256.substr(0, 16));
}

FileIdentity identify_file(const std::string& path) {
  const std::string place = find_data_file(path);
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(place, unknown)) {  // a pipe, or nothing that can be read
    const std::string bytes = read_file(place);
    return {path, bytes.size(), sha256(bytes)};
  }
  const MappedFile file(place);  // it may be larger than memory
  return {path, file.bytes().size(), sha256(file.bytes())};
}

const FileIdentity* find_file(const FileIdentities& files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &FileIdentity::path);
  return found == files.end() ? nullptr : &*found;
}

const FileIdentity* latest_build(const FileIdentities& builds, const FileIdentity& build) {
  const auto name_of = [](const FileIdentity& file) { return std::filesystem::path(file.path).filename(); };
  const auto found = std::ranges::find(builds.rbegin(), builds.rend(), name_of(build), name_of);
  return found == builds.rend() ? nullptr : &*found;
}

std::string files_json(const FileIdentities& files) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FileIdentity& file : files)
    list.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}});
  return list.dump();
}

FileIdentities parse_files_json(std::string_view json) {
  FileIdentities files;
  try {
    for (const auto& file : nlohmann::json::parse(json))
      files.push_back({file.at("path"), file.at("size"), file.at("sha256")});
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("a list of files cannot be read: {}", error.what()));
  }
  return files;
}

}  // namespace qklab
