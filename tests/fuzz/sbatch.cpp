// libFuzzer: any bytes as the output of sbatch. It gives a job number that scancel accepts, or none.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/cli/cluster/slurm_answers.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  const auto job = parse_sbatch(answer);
  if (!job) return 0;
  if (job->find_first_not_of("0123456789") != std::string::npos || job->empty()) std::abort();
  if (answer.find(*job) == std::string_view::npos) std::abort();
  // The recorded number can be read again.
  const auto jobs = parse_jobs(*job + ",0,1\n");
  if (jobs.size() != 1 || jobs[0].job != *job) std::abort();
  return 0;
}
