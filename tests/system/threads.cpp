// Loops that are shared among threads, and long work in separate threads.
#include "core/system/threads.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/with_threads.hpp"

namespace qklab {
namespace {

constexpr std::chrono::seconds patience{180};

TEST_CASE("every index comes once") {
  for (const int threads : {1, 3}) {
    for (const int n : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
      with_threads(threads, [&] {
        share(n, 1, [&](int begin, int end) {
          for (int i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
      });
      for (const auto& count : visits) REQUIRE(count == 1);
    }
  }
}

TEST_CASE("two threads are in the loop at once") {
  std::atomic<int> inside{0};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  with_threads(2, [&] {
    share(2, 1, [&](int, int) {
      ++inside;
      while (inside < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    });
  });
  CHECK(inside == 2);
}

TEST_CASE("what a part throws arrives, and what has not begun is left out") {
  for (const int threads : {1, 3}) {
    std::atomic<int> done{0};
    std::atomic<bool> thrown{false};
    with_threads(threads, [&] {
      CHECK_THROWS_WITH_AS(share(1000, 1,
                                 [&](int begin, int) {
                                   if (begin == 0) {
                                     thrown = true;
                                     throw std::runtime_error("the first");
                                   }
                                   while (!thrown) std::this_thread::yield();
                                   std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                   ++done;
                                 }),
                           "the first", std::runtime_error);
    });
    CHECK(done < 1000);
  }
}

TEST_CASE("workers are as many as were asked for, and keep what they work on") {
  struct Meeting {
    std::atomic<int> present{0}, met{0};
    std::atomic<bool>& over;
    explicit Meeting(std::atomic<bool>& flag) : over(flag) {}
    ~Meeting() { over = true; }
  };
  constexpr int threads = 3;
  std::atomic<bool> over{false};
  Workers workers(threads);
  {
    const auto meeting = std::make_shared<Meeting>(over);
    const auto attend = [](Meeting& m) {
      ++m.present;
      const auto deadline = std::chrono::steady_clock::now() + patience;
      while (m.present < threads && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      if (m.present == threads) ++m.met;
      // Waits until the test has released it, and a little longer.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    for (int i = 0; i < threads; ++i) workers.start<Meeting>(attend, meeting);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (meeting->met < threads && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    CHECK(meeting->met == threads);
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!over && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(over);
}

}  // namespace
}  // namespace qklab
