#include "core/cli/cluster/slurm_answers.hpp"

#include <doctest/doctest.h>

#include "core/base/error.hpp"

using namespace qklab;

TEST_CASE("sbatch's answer is the one line that is a job's number") {
  CHECK(parse_sbatch("17\n") == "17");
  CHECK(parse_sbatch("4294967295;cluster-a\n") == "4294967295");
  CHECK(parse_sbatch("  23 \r\n") == "23");
  CHECK(parse_sbatch("Welcome to the cluster, 3 nodes are down\n\n88\nhave a good day\n") == "88");
  CHECK(parse_sbatch("5\n5;a\n") == "5");
  for (const char* no : {"", "\n", "Submitted batch job 12\n", "12 13\n", "0\n", "007\n", "-4\n", "1.5\n",
                         "12x\n", "4294967296\n", "99999999999999999999\n", ";12\n", "12\n13\n"})
    CHECK_MESSAGE(!parse_sbatch(no), no);
}

TEST_CASE("squeue's answer is its lines of a job and a task") {
  using Tasks = std::vector<QueuedTask>;
  CHECK(parse_squeue("").empty());
  CHECK(parse_squeue("7 1\n7 20\n9 N/A\n12 3\n") == Tasks{{"7", 1}, {"7", 20}, {"12", 3}});
  CHECK(parse_squeue("CLUSTER: a\n7 1\n\nCLUSTER: b\n 8   2 \r\n") == Tasks{{"7", 1}, {"8", 2}});
  // A missing word does not shift the following lines.
  CHECK(parse_squeue("7\n8 2\n") == Tasks{{"8", 2}});
  CHECK(parse_squeue("maintenance at 18 h\n8 2\n") == Tasks{{"8", 2}});
}

TEST_CASE("a queued job whose task can't be read is an error, as it would be submitted twice") {
  for (const char* bad : {"7 [1-4]\n", "7 x\n", "7 -1\n", "7 99999999999999999999\n"})
    CHECK_THROWS_WITH_AS(parse_squeue(bad), doctest::Contains("what is queued is unknown"), Error);
}

TEST_CASE("scontrol's answer is the line of MaxArraySize") {
  CHECK(parse_max_array_size(
            "Configuration data as of today\nMaxArraySize            = 1001\nMaxJobCount = 5\n") == 1001);
  CHECK(parse_max_array_size("MaxArraySize=40\n") == 40);
  for (const char* no : {"", "MaxArraySize = 0\n", "MaxArraySize = (null)\n", "NoMaxArraySize = 7\n",
                         "MaxArraySizes = 7\n", "MaxArraySize = 1\n", "MaxArraySize = -5\n"})
    CHECK_MESSAGE(!parse_max_array_size(no), no);
}

TEST_CASE("lines of jobs.csv that were cut are passed over, and those behind them are not") {
  const std::vector<SubmittedJob> two = {{"5", 0, 9}, {"6", 1000, 9}};
  CHECK(parse_jobs("5,0,9\n6,1000,9\n") == two);
  CHECK(parse_jobs("5,0,9\n77,0\n6,1000,9\n,,\n8,0,9,1\nx,0,9\n") == two);
}
