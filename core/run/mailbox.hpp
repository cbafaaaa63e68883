// A bounded queue from many threads to one thread, which takes all items at once.
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

  // The total size of the items that it holds is limited; a single larger item is accepted too.
  explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. After close() the item is dropped.
  void push(T item, std::size_t size) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || items_.empty() || size_ + size <= capacity_; });
    if (closed_) return;
    items_.push_back(std::move(item));
    size_ += size;
    if (items_.size() == 1 || half_full()) mail_.notify_one();
  }

  // Waits for an item, at most until `deadline`; then for more, until `linger` has passed, half of the
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

  // After this, take() returns at once.
  void hurry() {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
    mail_.notify_one();
  }

  // After this, push() drops its item and does not wait.
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
