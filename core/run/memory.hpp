// Memory that trials may use, so that one that would not fit is refused before it starts, and no more run at
// a time than fit together.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace qklab {

// What this process may use, in bytes: the machine's memory, or less where a control group or an rlimit says
// so.
std::uint64_t usable_memory();

// "800M", "8G", "2.5 GiB" (powers of 1024), or bytes. Throws InputError for anything else and for 0.
std::uint64_t parse_memory(std::string_view text);
std::string memory_text(double bytes);  // "2.5 GiB"

// Bytes that trials take while they run. No estimate is no claim.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}

  std::uint64_t limit() const { return limit_; }
  bool fits(double bytes) const { return !(bytes > static_cast<double>(limit_)); }
  void take(double bytes);  // waits until so much is free; `bytes` must fit
  void give(double bytes);

 private:
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::condition_variable freed_;
  double taken_ = 0;
};

}  // namespace qklab
