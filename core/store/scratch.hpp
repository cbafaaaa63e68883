// Running on a local disk what belongs on a shared one, which is slow, or cannot hold SQLite's log.
#pragma once

#include <chrono>
#include <string>

#include "core/store/store.hpp"
#include "core/store/store_file.hpp"

namespace qklab {

class Scratch {
 public:
  // A new folder below `parent` with what `home` holds so far. While it lives nobody else writes `home`.
  // Throws Error where another process does, or where the folder cannot be made.
  Scratch(std::string home, const std::string& parent);
  ~Scratch();  // removes the folder
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& directory() const { return directory_; }
  // Copies back what has finished: arrays first, then run.db, beside the old one and renamed. Whoever looks
  // at `home`, and whatever ends us meanwhile, finds the state of one save.
  void save(const Store& store);
  void save_now_and_then(const Store& store);  // every ten minutes, when called often

 private:
  std::string home_;
  WriterLock lock_;
  std::string directory_;
  std::chrono::steady_clock::time_point saved_;
};

}  // namespace qklab
