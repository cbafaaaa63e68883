// SQLite as C++ values that close themselves; errors are thrown with the file's name and the cause.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace qklab {

// There was no space left to write; everything committed before is intact.
struct DiskFull : Error {
  using Error::Error;
};

// The file could not be opened. (An opened file with unexpected content is an Error.)
struct CannotOpen : Error {
  using Error::Error;
};

// A connection, used by one thread at a time.
class Database {
 public:
  // `uri` is what SQLite opens, `path` is the name in messages. Waits up to a minute for locks.
  Database(const std::string& uri, std::string path, int flags);

  void execute(const char* sql) const;
  std::int64_t integer(const char* sql) const;  // the single number that `sql` yields
  std::string text(const char* sql) const;
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  sqlite3* handle() const { return handle_.get(); }
  const std::string& path() const { return path_; }
  // Throws DiskFull, CannotOpen or Error for the code of the call that has just failed.
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement, which can be used many times:
//     for (find.start(id); find.step();) use(find.integer(0));
// Text and blobs, bound or read, are views that are valid until the next start.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  template <class... Arguments> void start(const Arguments&... arguments) {
    sqlite3_reset(handle_.get());
    int position = 0;
    (bind(++position, arguments), ...);
  }
  bool step();  // false at the end, where the statement releases its locks
  template <class... Arguments> void run(const Arguments&... arguments) {
    start(arguments...);
    while (step()) continue;
  }

  // The number in the first row and column, nothing if there is no row.
  template <class... Arguments> std::optional<std::int64_t> number(const Arguments&... arguments) {
    start(arguments...);
    const auto found = step() ? std::optional(integer(0)) : std::nullopt;
    sqlite3_reset(handle_.get());
    return found;
  }

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
  bool null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  std::string_view bytes(int column) const;  // of a text or a blob
  sqlite3_stmt* handle() const { return handle_.get(); }

  struct Blob {
    const void* data = nullptr;  // null is bound as NULL
    std::size_t size = 0;
  };

 private:
  void bind(int position, std::int64_t value);
  void bind(int position, double value);
  void bind(int position, std::string_view text);
  void bind(int position, const Blob& blob);
  void check(int code) const;

  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Rolled back unless committed. SQLite itself rolls back after some errors, such as a full disk.
class Transaction {
 public:
  explicit Transaction(const Database& database, const char* begin = "BEGIN");
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
};

}  // namespace qklab
