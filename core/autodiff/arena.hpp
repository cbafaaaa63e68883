// One growing block of memory that tensors are laid out in, addressed by offsets.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace qklab::autodiff {

inline constexpr std::size_t cache_line = 64;

template <class T> struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U> CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(std::size_t n) {
    void* const p = ::operator new(n * sizeof(T), alignment(n));
#if defined(__linux__)
    if (n * sizeof(T) >= huge)
      madvise(p, n * sizeof(T), MADV_HUGEPAGE);  // fewer misses of address translation
#endif
    return static_cast<T*>(p);
  }
  void deallocate(T* p, std::size_t n) { ::operator delete(p, alignment(n)); }
  bool operator==(const CacheLineAllocator&) const = default;

 private:
  static constexpr std::size_t page = std::size_t{1} << 21, huge = 4 * page;
  static std::align_val_t alignment(std::size_t n) {
    return std::align_val_t{n * sizeof(T) >= huge ? page : cache_line};
  }
};

// Offsets are handed out first; memory follows when it is asked for, so that recording a graph neither
// copies nor touches what it will compute in. New memory is zero.
template <class T> class Arena {
 public:
  // Room for n elements straight after the last.
  std::size_t append(std::size_t n) {
    const std::size_t offset = size_;
    size_ += n;
    return offset;
  }
  // As append, but a tensor of a cache line or more starts at one, which SIMD loads prefer.
  std::size_t reserve(std::size_t n) {
    constexpr std::size_t line = cache_line / sizeof(T);
    if (n >= line) size_ = (size_ + line - 1) / line * line;
    return append(n);
  }
  std::size_t size() const { return size_; }

  // Makes the room usable; moves the block where it has grown.
  void settle() {
    if (memory_.size() < size_) memory_.resize(size_);
  }
  T* at(std::size_t offset) { return memory_.data() + offset; }

 private:
  std::size_t size_ = 0;
  std::vector<T, CacheLineAllocator<T>> memory_;
};

}  // namespace qklab::autodiff
