// Runs on a local disk when the run directory is on a shared one, which is slow or cannot hold SQLite's log.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/store/store.hpp"
#include "core/store/store_file.hpp"

namespace qklab {

class Scratch {
 public:
  // Creates a new folder below `parent` with the present content of `home`. While it exists nobody else can
  // write `home`. `folders`: what trials write besides their numbers. Throws Error if another process writes there, or if
  // the folder cannot be created.
  Scratch(std::string home, const std::string& parent, std::vector<std::string> folders = {"arrays"});
  ~Scratch();  // removes the folder
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& directory() const { return directory_; }
  // Copies finished trials back: arrays and files first, then run.db, which is written beside the old one and renamed.
  // At any moment, even if this process is killed, `home` holds the state of one save.
  void save(const Store& store);
  void save_now_and_then(const Store& store);  // saves every ten minutes, if called often

 private:
  std::string home_;
  WriterLock lock_;
  std::vector<std::string> folders_;
  std::string directory_;
  std::chrono::steady_clock::time_point saved_;
};

}  // namespace qklab
