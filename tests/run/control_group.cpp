#include "core/run/control_group.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "core/run/usable_cores.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"
#include "core/system/threads.hpp"

using namespace qklab;

namespace {

// A machine's /proc and /sys, as far as groups are concerned.
class Machine {
 public:
  Machine& file(const std::string& path, const std::string& text) {
    const std::string whole = folder_.path + path;
    make_directories(whole.substr(0, whole.rfind('/')));
    write_file(whole, text + "\n");
    return *this;
  }
  Machine& group(const std::string& text) { return file("/proc/self/cgroup", text); }
  Machine& mount(const std::string& text) { return file("/proc/self/mountinfo", text); }
  std::optional<std::uint64_t> limit() const { return group_memory_limit(folder_.path); }
  std::optional<std::uint64_t> cores() const { return group_core_limit(folder_.path); }
  std::size_t usable() const { return usable_cores(folder_.path); }

 private:
  TemporaryFolder folder_;
};

const std::string usual_mount =
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";

}  // namespace

TEST_CASE("no group, or one without a limit, limits nothing") {
  CHECK(!Machine().limit());
  CHECK(!Machine().group("0::/").file("/sys/fs/cgroup/memory.max", "max").limit());
  CHECK(!Machine().group("no groups here").limit());
}

TEST_CASE("the limit of version 2 is that of the own group or one above it, whichever is lower") {
  Machine slurm;
  slurm.group("0::/system.slice/slurmstepd.scope/job_9/step_0/user/task_0").mount(usual_mount);
  slurm.file("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/step_0/user/task_0/memory.max", "max");
  CHECK(!slurm.limit());
  slurm.file("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/memory.max", "1000000");
  CHECK(slurm.limit() == 1000000);
  slurm.file("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/step_0/memory.max", "3000000");
  CHECK(slurm.limit() == 1000000);
  slurm.file("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/step_0/memory.high", "700000");
  CHECK(slurm.limit() == 700000);
  slurm.file("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_10/memory.max", "5");  // another job's
  CHECK(slurm.limit() == 700000);
}

TEST_CASE("the limit of version 1 is looked for where the memory controller is mounted") {
  Machine old;
  old.group("5:cpu,cpuacct:/jobs\n4:hugetlb,memory:/slurm/uid_7/job_3\n1:name=systemd:/x\n0::/ignored");
  old.mount(
      "33 25 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n34 25 0:30 / /cg/mem\\040ory rw shared:1 "
      "master:2 - "
      "cgroup cgroup rw,hugetlb,memory");
  old.file("/cg/cpu/jobs/memory.limit_in_bytes", "1");
  old.file("/cg/mem ory/memory.limit_in_bytes", "9223372036854771712");
  old.file("/cg/mem ory/slurm/uid_7/job_3/memory.limit_in_bytes", "2000000");
  old.file("/cg/mem ory/slurm/memory.limit_in_bytes", "8000000");
  CHECK(old.limit() == 2000000);
}

TEST_CASE("in a container the mount may begin at the own group, and the path may lie outside") {
  const auto in_docker = [](const char* path) {
    Machine machine;
    machine.group(std::string("0::") + path);
    machine.mount("30 24 0:26 /docker/ab12 /sys/fs/cgroup ro - cgroup2 cgroup rw");
    machine.file("/sys/fs/cgroup/memory.max", "4000000").file("/sys/fs/cgroup/inner/memory.max", "3000000");
    return machine.limit();
  };
  CHECK(in_docker("/docker/ab12") == 4000000);
  CHECK(in_docker("/docker/ab12/inner") == 3000000);
  CHECK(in_docker("/docker/ab123/inner") == 4000000);
  CHECK(in_docker("/../../init.scope") == 4000000);
  CHECK(Machine().file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "6000000").limit() == 6000000);
}

TEST_CASE("cores of version 2 are the time of the own group or one above it over the period, rounded up") {
  Machine machine;
  machine.group("0::/user/job/step").mount(usual_mount);
  CHECK(!machine.cores());
  machine.file("/sys/fs/cgroup/user/job/step/cpu.max", "max 100000");
  CHECK(!machine.cores());
  machine.file("/sys/fs/cgroup/user/job/cpu.max", "250000 100000");
  CHECK(machine.cores() == 3);
  machine.file("/sys/fs/cgroup/user/cpu.max", "400000 100000");
  CHECK(machine.cores() == 3);
  machine.file("/sys/fs/cgroup/user/job/step/cpu.max", "100000 50000");
  CHECK(machine.cores() == 2);
  machine.file("/sys/fs/cgroup/user/job/step/cpu.max", "1000 100000");
  CHECK(machine.cores() == 1);
  machine.file("/sys/fs/cgroup/user/job/step/cpu.max", "no number");
  machine.file("/sys/fs/cgroup/user/other/cpu.max", "100 100000");  // another job's
  CHECK(machine.cores() == 3);
  CHECK(!machine.limit());
}

TEST_CASE("cores of version 1 are looked for where the cpu controller is mounted") {
  Machine old;
  old.group("5:cpu,cpuacct:/slurm/job_3\n4:memory:/jobs\n0::/ignored");
  old.mount(
      "33 25 0:29 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n34 25 0:30 / /cg/memory rw - cgroup "
      "cgroup rw,memory\n35 25 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset");
  const std::string job = "/cg/cpu,cpuacct/slurm/job_3";
  old.file(job + "/cpu.cfs_quota_us", "-1").file(job + "/cpu.cfs_period_us", "100000");
  CHECK(!old.cores());
  old.file("/cg/cpu,cpuacct/slurm/cpu.cfs_quota_us", "150000");
  CHECK(!old.cores());  // without a period
  old.file("/cg/cpu,cpuacct/slurm/cpu.cfs_period_us", "100000");
  old.file("/cg/memory/jobs/cpu.cfs_quota_us", "1").file("/cg/memory/jobs/cpu.cfs_period_us", "1");
  CHECK(old.cores() == 2);
  Machine docker;
  docker.file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "500000");
  docker.file("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  CHECK(docker.cores() == 5);
}

TEST_CASE("by default as many trials run as there are cores, fewer where groups allow less, at least one") {
  CHECK(Machine().usable() == cores());
  CHECK(Machine().file("/sys/fs/cgroup/cpu.max", "100000000 100000").usable() ==
        std::min<std::size_t>(cores(), 1000));
  CHECK(Machine().file("/sys/fs/cgroup/cpu.max", "5000 100000").usable() == 1);
}
