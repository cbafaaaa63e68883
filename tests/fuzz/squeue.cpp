// libFuzzer: any bytes as the output of squeue and scontrol, and as jobs.csv.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/cli/cluster/slurm_answers.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    std::string again;
    const auto tasks = parse_squeue(text);
    for (const QueuedTask& each : tasks) again += each.job + " " + std::to_string(each.task) + "\n";
    if (parse_squeue(again) != tasks) std::abort();
  } catch (const Error&) {
  }
  if (const auto most = parse_max_array_size(text); most && *most < 2) std::abort();
  std::string again;
  const auto jobs = parse_jobs(text);
  for (const SubmittedJob& each : jobs)
    again += each.job + "," + std::to_string(each.offset) + "," + std::to_string(each.shards) + "\n";
  if (parse_jobs(again) != jobs) std::abort();
  return 0;
}
