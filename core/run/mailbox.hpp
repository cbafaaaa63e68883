// A bounded queue from many threads to one, which takes all that is there at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace qklab {

template <class T> class Mailbox {
 public:
  using Clock = std::chrono::steady_clock;

  // Holds items up to this sum of sizes, or one item that is larger.
  explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. Once the mailbox is closed, drops the item.
  void push(T item, std::size_t size) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || items_.empty() || size_ + size <= capacity_; });
    if (closed_) return;
    items_.push_back(std::move(item));
    size_ += size;
    if (items_.size() == 1 || half_full()) mail_.notify_one();
  }

  // Waits for an item until `deadline` at most, then for more: until `linger` has passed, half of the
  // capacity is in use, or hurry() was called. Returns everything, in the order of arrival.
  std::vector<T> take(Clock::time_point deadline, Clock::duration linger) {
    std::unique_lock lock(mutex_);
    mail_.wait_until(lock, deadline, [&] { return hurry_ || !items_.empty(); });
    if (!items_.empty()) mail_.wait_for(lock, linger, [&] { return hurry_ || half_full(); });
    size_ = 0;
    std::vector<T> items = std::exchange(items_, {});
    lock.unlock();
    room_.notify_all();
    return items;
  }

  // From now on take() returns at once.
  void hurry() {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
    mail_.notify_one();
  }

  // From now on push() drops what it is given, and waits for nothing.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

 private:
  bool half_full() const { return 2 * size_ >= capacity_; }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable room_, mail_;
  std::vector<T> items_;
  std::size_t size_ = 0;
  bool hurry_ = false, closed_ = false;
};

}  // namespace qklab
