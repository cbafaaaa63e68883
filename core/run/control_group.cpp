#include "core/run/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace qklab {

namespace {

// A file system of groups: at `point` lies what is `group` in the paths of /proc/self/cgroup.
struct GroupMount {
  std::string group, point;
};

struct Version {
  const char* type;                 // of the file system
  std::vector<GroupMount> usual;    // places beside those that mountinfo lists
  std::vector<const char*> limits;  // files that hold one
};

const Version first = {
    "cgroup", {{"/", "/sys/fs/cgroup/memory"}, {"/", "/sys/fs/cgroup"}}, {"memory.limit_in_bytes"}};
// A group above memory.high is not killed, but made to stand still.
const Version second = {
    "cgroup2", {{"/", "/sys/fs/cgroup"}, {"/", "/sys/fs/cgroup/unified"}}, {"memory.max", "memory.high"}};

bool lists(const std::string& commas, std::string_view word) {
  std::istringstream words(commas);
  for (std::string each; std::getline(words, each, ',');)
    if (each == word) return true;
  return false;
}

// "\040" as a space, as mountinfo writes what its fields can't hold.
std::string unescaped(const std::string& field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::string digits = field[i] == '\\' ? field.substr(i + 1, 3) : "";
    const bool escape = digits.size() == 3 && digits.find_first_not_of("01234567") == std::string::npos;
    text += escape ? static_cast<char>(std::stoi(digits, nullptr, 8)) : field[i];
    i += escape ? 3 : 0;
  }
  return text;
}

std::vector<GroupMount> mounts(const std::string& root, const Version& version) {
  std::vector<GroupMount> found = version.usual;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    // 36 35 0:31 GROUP POINT options [tags ...] - TYPE source super-options
    std::istringstream fields(line);
    std::string id, parent, device, group, point, word, type, source, options;
    fields >> id >> parent >> device >> group >> point;
    while (fields >> word && word != "-") continue;
    if (!(fields >> type >> source >> options) || type != version.type) continue;
    if (type == first.type && !lists(options, "memory")) continue;
    found.push_back({unescaped(group), unescaped(point)});
  }
  return found;
}

std::optional<std::uint64_t> limit_in(const std::string& folder, const Version& version) {
  std::optional<std::uint64_t> lowest;
  for (const char* name : version.limits) {
    std::ifstream file(folder + "/" + name);
    std::uint64_t limit = 0;
    if (file >> limit && limit > 0)
      lowest = std::min(limit, lowest.value_or(limit));  // not where it says "max"
  }
  return lowest;
}

// Of the group at `path` and of those above it, up to where the file system begins.
std::optional<std::uint64_t> limit_of(const std::string& root, const GroupMount& mount, std::string path,
                                      const Version& version) {
  // A container may see its own group as the beginning, though /proc tells the path outside.
  if (mount.group != "/" && (path == mount.group || path.starts_with(mount.group + "/")))
    path.erase(0, mount.group.size());
  if (path.find("..") != std::string::npos) path.clear();  // outside of what can be seen here
  std::optional<std::uint64_t> lowest;
  for (;; path.erase(path.rfind('/'))) {
    while (path.ends_with('/')) path.pop_back();
    if (const auto limit = limit_in(root + mount.point + path, version))
      lowest = std::min(*limit, lowest.value_or(*limit));
    if (path.find('/') == std::string::npos) return lowest;
  }
}

}  // namespace

std::optional<std::uint64_t> group_memory_limit(const std::string& root) {
  std::optional<std::uint64_t> lowest;
  const auto look = [&](const Version& version, const std::string& path) {
    for (const GroupMount& mount : mounts(root, version))
      if (const auto limit = limit_of(root, mount, path, version))
        lowest = std::min(*limit, lowest.value_or(*limit));
  };
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/path" or "4:cpu,memory:/path"
    const std::size_t controllers = line.find(':') + 1, path = line.find(':', controllers) + 1;
    if (controllers == 0 || path == 0) continue;
    const std::string named = line.substr(controllers, path - 1 - controllers);
    if (named.empty()) look(second, line.substr(path));
    if (lists(named, "memory")) look(first, line.substr(path));
  }
  look(first, "/");  // where /proc does not tell
  look(second, "/");
  return lowest;
}

}  // namespace qklab
