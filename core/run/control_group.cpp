#include "core/run/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace qklab {

namespace {

// A mounted hierarchy of control groups: the directory `point` corresponds to `group` in /proc/self/cgroup.
struct GroupMount {
  std::string group, point;
};

using Limit = std::optional<std::uint64_t>;

Limit lower(Limit a, Limit b) { return a && b ? std::min(*a, *b) : a ? a : b; }

// A controller and how one version of control groups states its limit.
struct Version {
  const char* type;                              // type of the file system
  const char* controller;                        // of the file system, in version 1
  std::vector<GroupMount> usual;                 // mount points that are tried besides those in mountinfo
  Limit (*limit_in)(const std::string& folder);  // limit of one group, read from its files
};
struct Controller {
  Version first, second;
};

Limit number_in(const std::string& file) {
  std::ifstream stream(file);
  std::uint64_t limit = 0;
  return stream >> limit && limit > 0 ? Limit(limit) : std::nullopt;  // a file that says "max" has no limit
}

// The cores that a group may use, from the microseconds of CPU time that it has in every period.
Limit cores_of(std::int64_t quota, std::int64_t period) {
  if (quota <= 0 || period <= 0) return std::nullopt;  // a quota of -1 means no limit
  return static_cast<std::uint64_t>(quota / period + (quota % period != 0));
}

const Controller memory = {
    {"cgroup",
     "memory",
     {{"/", "/sys/fs/cgroup/memory"}, {"/", "/sys/fs/cgroup"}},
     [](const std::string& folder) { return number_in(folder + "/memory.limit_in_bytes"); }},
    {"cgroup2",
     "memory",
     {{"/", "/sys/fs/cgroup"}, {"/", "/sys/fs/cgroup/unified"}},
     [](const std::string& folder) {
       // A group above memory.high is not killed, but slowed down until it stands still.
       return lower(number_in(folder + "/memory.max"), number_in(folder + "/memory.high"));
     }}};

const Controller cpu = {
    {"cgroup",
     "cpu",
     {{"/", "/sys/fs/cgroup/cpu"}, {"/", "/sys/fs/cgroup/cpu,cpuacct"}, {"/", "/sys/fs/cgroup"}},
     [](const std::string& folder) -> Limit {
       std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
       std::int64_t quota = 0, period = 0;
       if (!(quota_file >> quota && period_file >> period)) return std::nullopt;
       return cores_of(quota, period);
     }},
    {"cgroup2",
     "cpu",
     {{"/", "/sys/fs/cgroup"}, {"/", "/sys/fs/cgroup/unified"}},
     [](const std::string& folder) -> Limit {
       std::ifstream file(folder + "/cpu.max");  // "200000 100000", or "max 100000"
       std::int64_t quota = 0, period = 0;
       if (!(file >> quota >> period)) return std::nullopt;
       return cores_of(quota, period);
     }}};

bool lists(const std::string& commas, std::string_view word) {
  std::istringstream words(commas);
  for (std::string each; std::getline(words, each, ',');)
    if (each == word) return true;
  return false;
}

// Decodes characters such as "\040" for a space, which mountinfo uses in its fields.
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
    if (type == memory.first.type && !lists(options, version.controller)) continue;
    found.push_back({unescaped(group), unescaped(point)});
  }
  return found;
}

// The lowest limit of the group at `path` and of its ancestors up to the root of the file system.
Limit limit_of(const std::string& root, const GroupMount& mount, std::string path, const Version& version) {
  // A container may see its own group as the root, although /proc gives the path outside the container.
  if (mount.group != "/" && (path == mount.group || path.starts_with(mount.group + "/")))
    path.erase(0, mount.group.size());
  if (path.find("..") != std::string::npos) path.clear();  // outside of what can be seen here
  Limit lowest;
  for (;; path.erase(path.rfind('/'))) {
    while (path.ends_with('/')) path.pop_back();
    lowest = lower(lowest, version.limit_in(root + mount.point + path));
    if (path.find('/') == std::string::npos) return lowest;
  }
}

Limit lowest_limit(const std::string& root, const Controller& controller) {
  Limit lowest;
  const auto look = [&](const Version& version, const std::string& path) {
    for (const GroupMount& mount : mounts(root, version))
      lowest = lower(lowest, limit_of(root, mount, path, version));
  };
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/path" or "4:cpu,memory:/path"
    const std::size_t controllers = line.find(':') + 1, path = line.find(':', controllers) + 1;
    if (controllers == 0 || path == 0) continue;
    const std::string named = line.substr(controllers, path - 1 - controllers);
    if (named.empty()) look(controller.second, line.substr(path));
    if (lists(named, controller.first.controller)) look(controller.first, line.substr(path));
  }
  look(controller.first, "/");  // if /proc does not name a group
  look(controller.second, "/");
  return lowest;
}

}  // namespace

std::optional<std::uint64_t> group_memory_limit(const std::string& root) {
  return lowest_limit(root, memory);
}

std::optional<std::uint64_t> group_core_limit(const std::string& root) { return lowest_limit(root, cpu); }

}  // namespace qklab
