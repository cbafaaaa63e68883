// The files that a sweep's trials read. They are checked before anything runs, and are part of the trials'
// identity.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/sweep/sweep.hpp"
#include "core/system/file_stamp.hpp"

namespace qklab {

// The parameters that name files, in schema order.
std::vector<std::size_t> file_parameters(const Schema& schema);

// The contribution of the file that `parameter` names to a trial's identity; 0 if the trial reads none, or
// was computed before files were recorded.
std::uint64_t file_hash(const Parameter& parameter, const Parameters& params, const FileIdentities& files);

// Called for a file that cannot be read, or whose content is not suitable. Gets the cause and the parameters
// on which it depends, first the one that names the file.
using UnusableFile = std::function<void(const std::vector<std::size_t>& parameters, const std::string& why)>;

// Every file that a trial of the sweep reads, by path.
FileIdentities identify_files(const Sweep& sweep, const UnusableFile& unusable);

// Detects whether files have changed since they were identified, while trials that read them run. Several
// threads may use it.
class FileWatch {
 public:
  FileWatch(const Schema& schema, const FileIdentities& files);
  // Why a trial may have read other content than its identity says, or "".
  std::string changed(const Parameters& params);

 private:
  std::string look_at(const std::string& path);

  struct Known {
    FileIdentity identity;
    std::optional<FileStamp> stamp;  // from the last look; none if the file was missing
  };
  const Schema& schema_;
  std::vector<std::size_t> parameters_;
  std::map<std::string, Known> files_;
  std::mutex mutex_;
};

}  // namespace qklab
