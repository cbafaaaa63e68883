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

namespace {

// A parameter that names a file, and the parameters that decide whether the file's content is suitable.
struct FileParameter {
  std::size_t index;
  std::vector<std::size_t> all;            // the parameter itself comes first
  std::set<std::vector<Value>> seen = {};  // combinations of their values
};

std::vector<FileParameter> with_others(const Schema& schema) {
  std::vector<FileParameter> found;
  for (const std::size_t i : file_parameters(schema)) {
    FileParameter parameter{i, {i}};
    for (const std::string& name : schema[i].content_of) {
      const auto other = schema.find(name);
      if (!other)
        throw Error(
            fmt::format("the content of '{}' depends on '{}', which is no parameter", schema[i].name, name));
      parameter.all.push_back(*other);
    }
    found.push_back(std::move(parameter));
  }
  return found;
}

// Computes each file's identity once, however many trials read the file.
class Identifier {
 public:
  Identifier(const Schema& schema, const UnusableFile& unusable)
      : schema_(schema), unusable_(unusable), parameters_(with_others(schema)) {}

  void look_at(const Parameters& params) {
    for (FileParameter& parameter : parameters_)
      if (schema_[parameter.index].names_file_of(params)) look_at(parameter, params);
  }
  bool is_idle() const { return parameters_.empty(); }
  FileIdentities take() {
    std::ranges::sort(files_, {}, &FileIdentity::path);
    return std::move(files_);
  }

 private:
  void look_at(FileParameter& parameter, const Parameters& params) {
    std::vector<Value> values;
    for (const std::size_t i : parameter.all) values.push_back(params[i]);
    if (!parameter.seen.insert(values).second) return;
    const std::string& path = std::get<std::string>(values[0]);
    if (!is_readable(parameter.index, path)) return;
    const auto& problem = schema_[parameter.index].content_problem;
    const std::string why = problem ? problem(params) : "";
    if (!why.empty()) unusable_(parameter.all, why);
  }

  bool is_readable(std::size_t parameter, const std::string& path) {
    const auto [known, is_new] = readable_.emplace(path, true);
    if (!is_new) return known->second;
    try {
      files_.push_back(identify_file(path));
    } catch (const InputError& error) {
      known->second = false;
      unusable_({parameter}, error.what());
    }
    return known->second;
  }

  const Schema& schema_;
  const UnusableFile& unusable_;
  std::vector<FileParameter> parameters_;
  std::map<std::string, bool> readable_;  // by path
  FileIdentities files_;
};

}  // namespace

FileIdentities identify_files(const Sweep& sweep, const UnusableFile& unusable) {
  Identifier identifier(sweep.experiment().parameters, unusable);
  if (identifier.is_idle()) return {};
  sweep.for_each([&](const TrialSpec& trial) {
    identifier.look_at(trial.params);
    return true;
  });
  return identifier.take();
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
  // There is no stamp yet, so that the first look compares contents.
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
  // Only a change of the content counts, not of the date alone.
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
