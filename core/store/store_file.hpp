// Opens run.db: who may write it, what makes a file a valid store, and its tables.
#pragma once

#include <optional>
#include <string>

#include "core/store/sqlite.hpp"
#include "core/system/file_stamp.hpp"

namespace qklab {

// Held by the one process that writes a run directory: flock on `<path>.lock`, which contains its process id.
// The system releases it however the process ends. Throws Busy if another process holds it.
class WriterLock {
 public:
  explicit WriterLock(const std::string& path);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int file_;
};

// The file is empty: a run ended before it wrote anything.
struct HoldsNothing : Error {
  using Error::Error;
};

// Throws InputError if SQLite cannot open the store's path, so that this is reported before anything is
// created.
void check_store_path(const std::string& path);

// Creates file and tables if there are none. Throws Error for a file that is no store, is damaged, or has an
// unknown version.
Database open_to_write(const std::string& path);

// Writes a complete copy beside `path` and renames it.
void copy_database(const Database& database, const std::string& path);

struct ReadOnly {
  Database database;
  // Set if nobody was writing when the file was opened, which is then read without locks: what was read is
  // valid only if the stamp is the same afterwards.
  std::optional<FileStamp> stamp;
};

// Opens without writing to the file or its log. Throws Error as above, and if there is no file.
ReadOnly open_to_read(const std::string& path);

}  // namespace qklab
