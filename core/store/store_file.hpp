// Opening run.db: who may write it, what a file must be to be one, and its tables.
#pragma once

#include <optional>
#include <string>

#include "core/store/sqlite.hpp"
#include "core/system/file_stamp.hpp"

namespace qklab {

// Held by the one process that writes a run directory: flock on `<path>.lock`, which holds its process
// id. The system lets go of it however the process ends. Throws Error where another one has it.
class WriterLock {
 public:
  explicit WriterLock(const std::string& path);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int file_;
};

// A file in which nothing was written yet: its run ended as it began.
struct HoldsNothing : Error {
  using Error::Error;
};

// Throws InputError where the store's path is one that SQLite cannot open, so that it is told before anything
// is made.
void check_store_path(const std::string& path);

// Creates file and tables where there are none. Throws Error for a file that is no store, is damaged, or
// is of another version.
Database open_to_write(const std::string& path);

// A complete copy in a file of its own, written beside `path` and renamed.
void copy_database(const Database& database, const std::string& path);

struct ReadOnly {
  Database database;
  // Set where nobody was writing at opening, and the file is read without locks: what was read holds
  // only if the stamp is still the same afterwards.
  std::optional<FileStamp> stamp;
};

// Opens without writing a byte to the file or its log. Throws Error as above, and where there is no file.
ReadOnly open_to_read(const std::string& path);

}  // namespace qklab
