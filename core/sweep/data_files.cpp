#include "core/sweep/data_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/system/file.hpp"

namespace qklab {

std::vector<std::size_t> file_parameters(const Schema& schema) {
  std::vector<std::size_t> parameters;
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (schema[i].is_file) parameters.push_back(i);
  return parameters;
}

std::uint64_t file_hash(const Parameter& parameter, const Parameters& params, const FileIdentities& files) {
  if (!parameter.names_file_of(params)) return 0;
  const FileIdentity* const file = find_file(files, params.text(parameter.name));
  return file ? mix(hash_text(parameter.name) * 5 + hash_text(file->sha256)) : 0;
}

FileIdentities identify_files(const Sweep& sweep,
                              const std::function<void(std::size_t, const std::string&)>& unreadable) {
  const Schema& schema = sweep.experiment().parameters;
  const std::vector<std::size_t> parameters = file_parameters(schema);
  FileIdentities files;
  if (parameters.empty()) return files;
  std::set<std::string> seen;
  sweep.for_each([&](const TrialSpec& trial) {
    for (const std::size_t i : parameters) {
      if (!schema[i].names_file_of(trial.params)) continue;
      const std::string& path = std::get<std::string>(trial.params[i]);
      if (!seen.insert(path).second) continue;
      try {
        files.push_back(identify_file(path));
      } catch (const InputError& error) {
        unreadable(i, error.what());
      }
    }
    return true;
  });
  std::ranges::sort(files, {}, &FileIdentity::path);
  return files;
}

namespace {

std::optional<FileStamp> stamp_of(const std::string& path) {
  try {
    return FileStamp(find_data_file(path));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

FileWatch::FileWatch(const Schema& schema, const FileIdentities& files)
    : schema_(schema), parameters_(file_parameters(schema)) {
  // Without a stamp, so that the first look compares contents.
  for (const FileIdentity& file : files) files_.emplace(file.path, Known{file, std::nullopt});
}

std::string FileWatch::changed(const Parameters& params) {
  for (const std::size_t i : parameters_) {
    if (!schema_[i].names_file_of(params)) continue;
    const std::string why = look_at(std::get<std::string>(params[i]));
    if (!why.empty()) return why;
  }
  return "";
}

std::string FileWatch::look_at(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return "";
  Known& known = found->second;
  const auto now = stamp_of(path);
  if (now && known.stamp && *now == *known.stamp) return "";
  // Another date is no change, another content is.
  try {
    if (identify_file(path) == known.identity) {
      known.stamp = now;
      return "";
    }
  } catch (const InputError&) {
  }
  return fmt::format("{} is no longer what it was when the run began; run the same command again", path);
}

}  // namespace qklab
