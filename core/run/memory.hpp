// The memory that trials may use: a trial that would not fit is refused before it starts, and only as many
// trials run at a time as fit together.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace qklab {

// The memory that this process may use, in bytes: the machine's, or less if a control group or an rlimit sets
// a limit.
std::uint64_t usable_memory();

// Reads "800M", "8G", "2.5 GiB" (powers of 1024), or bytes. Throws InputError for anything else and for 0.
std::uint64_t parse_memory(std::string_view text);
std::string memory_text(double bytes);  // "2.5 GiB"

// Counts the bytes that running trials take. A trial without an estimate counts as 0.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}

  std::uint64_t limit() const { return limit_; }
  bool fits(double bytes) const { return !(bytes > static_cast<double>(limit_)); }
  void take(double bytes);  // waits until so much is free; `bytes` must not exceed the whole budget
  void give(double bytes);

 private:
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::condition_variable freed_;
  double taken_ = 0;
};

}  // namespace qklab
