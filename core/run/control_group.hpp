// Limits of this process's control groups, as Slurm jobs, containers and user sessions set them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace qklab {

// The lowest limit of the process's own group and its ancestors, for version 1 and 2; nothing if there is
// none. `root` is put before the paths of /proc and of the control groups; it is "" except in tests. Sources:
// cgroups(7), proc(5) on mountinfo, Linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and
// scheduler/sched-bwc.rst.
std::optional<std::uint64_t> group_memory_limit(const std::string& root = "");  // bytes
std::optional<std::uint64_t> group_core_limit(const std::string& root = "");    // cores, rounded up

}  // namespace qklab
