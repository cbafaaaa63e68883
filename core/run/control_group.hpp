// Limits of the control groups that this process is in: a job's of Slurm, a container's, a user's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace qklab {

// The lowest limit of the process's own group and those above it, of version 1 and 2; nothing where there is
// none. `root`: where /proc and the groups' file systems are looked for, "" but in tests. Sources:
// cgroups(7), proc(5) on mountinfo, Linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and
// scheduler/sched-bwc.rst.
std::optional<std::uint64_t> group_memory_limit(const std::string& root = "");  // bytes
std::optional<std::uint64_t> group_core_limit(const std::string& root = "");    // cores, a part of one as one

}  // namespace qklab
