#include "core/cli/cluster/slurm_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/error.hpp"

namespace qklab {

namespace {

constexpr std::string_view spaces = " \t\r\v\f";

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// A job number has at most 32 bits and is not 0.
bool is_job(std::string_view text) {
  const auto number = whole_number(text);
  return number && *number > 0 && *number <= 0xffffffff && text.front() != '0';
}

}  // namespace

std::optional<std::string> parse_sbatch(std::string_view answer) {
  std::optional<std::string> job;
  for (const std::string_view line : split(answer, "\n")) {
    const auto words = split(line, spaces);
    if (words.size() != 1) continue;
    const std::string_view number = words[0].substr(0, words[0].find(';'));
    if (!is_job(number)) continue;
    if (job && *job != number) return std::nullopt;
    job = number;
  }
  return job;
}

std::vector<QueuedTask> parse_squeue(std::string_view answer) {
  std::vector<QueuedTask> tasks;
  for (const std::string_view line : split(answer, "\n")) {
    const auto words = split(line, spaces);
    if (words.size() != 2 || !is_job(words[0]) || words[1] == "N/A") continue;
    const auto task = whole_number(words[1]);
    if (!task || *task > 0xffffffff) {
      throw Error(
          fmt::format("squeue: '{}': expected the number of a task; what is queued is unknown", line));
    }
    tasks.push_back({std::string(words[0]), *task});
  }
  return tasks;
}

std::optional<std::uint64_t> parse_max_array_size(std::string_view answer) {
  for (const std::string_view line : split(answer, "\n")) {
    const auto words = split(line, "= \t\r");
    if (words.size() != 2 || words[0] != "MaxArraySize") continue;
    const auto size = whole_number(words[1]);
    if (size && *size > 1 && *size <= 0xffffffff) return size;
  }
  return std::nullopt;
}

std::vector<SubmittedJob> parse_jobs(std::string_view csv) {
  std::vector<SubmittedJob> jobs;
  for (const std::string_view line : split(csv, "\n")) {
    const auto fields = split(line, ",");
    if (fields.size() != 3 || !is_job(fields[0])) continue;
    const auto offset = whole_number(fields[1]), shards = whole_number(fields[2]);
    if (offset && shards && *offset < (std::uint64_t{1} << 32))
      jobs.push_back({std::string(fields[0]), *offset, *shards});
  }
  return jobs;
}

}  // namespace qklab
