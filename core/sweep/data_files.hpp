// The files that a sweep's trials read: looked at before anything runs, and a part of the trials' identity.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/sweep/sweep.hpp"
#include "core/system/file_stamp.hpp"

namespace qklab {

// Of a path that a trial reads: by which of its parameters it is named. In schema order.
std::vector<std::size_t> file_parameters(const Schema& schema);

// What the file that `parameter` names adds to a trial's identity; 0 where the trial reads none, or where it
// was computed before files were recorded.
std::uint64_t file_hash(const Parameter& parameter, const Parameters& params, const FileIdentities& files);

// Told of a file that cannot be read, or whose content does not do: the cause, and the parameters that it
// follows from, the one that names the file first.
using UnusableFile = std::function<void(const std::vector<std::size_t>& parameters, const std::string& why)>;

// Every file that a trial of the sweep reads, by path.
FileIdentities identify_files(const Sweep& sweep, const UnusableFile& unusable);

// Tells whether files have changed since they were identified, while trials that read them are under way.
// Used by several threads.
class FileWatch {
 public:
  FileWatch(const Schema& schema, const FileIdentities& files);
  // Why a trial may not have read what its identity says, or "".
  std::string changed(const Parameters& params);

 private:
  std::string look_at(const std::string& path);

  struct Known {
    FileIdentity identity;
    std::optional<FileStamp> stamp;  // of the last look; none where the file was not there
  };
  const Schema& schema_;
  std::vector<std::size_t> parameters_;
  std::map<std::string, Known> files_;
  std::mutex mutex_;
};

}  // namespace qklab
