#include "core/cli/writer.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/directory/loaded.hpp"

namespace qklab {

std::string writer_of(const std::string& directory) {
  if (!std::filesystem::exists(store_path(directory) + "-wal")) return "";
  std::ifstream lock(store_path(directory) + ".lock");
  pid_t pid = 0;
  if (!(lock >> pid) || pid <= 0) return "";
  return kill(pid, 0) == 0 || errno == EPERM ? std::to_string(pid) : "";
}

}  // namespace qklab
