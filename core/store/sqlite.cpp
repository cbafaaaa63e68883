#include "core/store/sqlite.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace qklab {

namespace {

constexpr int patience_ms = 60000;

bool is_disk_full(int code, int cause) {
  // SQLite loses errno if the index of the log cannot grow; a full disk is the only cause of this error.
  if ((code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE) return true;
  return (code & 0xff) == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT || cause == EFBIG);
}

}  // namespace

Database::Database(const std::string& uri, std::string path, int flags) : path_(std::move(path)) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(uri.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, patience_ms);
}

void Database::fail(int code) const {
  // sqlite3_system_errno() is not set when a commit fails, but errno still is that of the last failed call.
  const int cause = errno;
  const bool io = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  const std::string why = io && cause != 0 ? std::strerror(cause) : sqlite3_errstr(code);
  if (is_disk_full(code, cause)) throw DiskFull(fmt::format("disk full while writing {}", path_));
  switch (code & 0xff) {
    case SQLITE_CANTOPEN:
      throw CannotOpen(fmt::format("{}: cannot be opened: {}", path_, why));
    case SQLITE_NOTADB:
      throw Error(fmt::format("{}: is no qklab store: it is not an SQLite database", path_));
    case SQLITE_CORRUPT:
      throw Error(fmt::format(
          "{}: is damaged or cut short ({}); `qklab merge DIR --salvage --out NEW` keeps what can be read",
          path_, why));
    case SQLITE_ERROR:  // for bad SQL the general text is useless; the message names what is missing
      throw Error(fmt::format("{}: {}", path_, sqlite3_errmsg(handle_.get())));
    default:
      throw Error(fmt::format("{}: {}", path_, why));
  }
}

void Database::execute(const char* sql) const {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::integer(const char* sql) const {
  Statement statement(*this, sql);
  return statement.number().value_or(0);
}

std::string Database::text(const char* sql) const {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  check(code);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->fail(code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    // The cause is read before the reset, which may write and thereby change it.
    try {
      database_->fail(code);
    } catch (...) {
      sqlite3_reset(handle_.get());
      throw;
    }
  }
  sqlite3_reset(handle_.get());
  return false;
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)) : 0};
}

void Statement::bind(int position, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), position, value));
}

void Statement::bind(int position, double value) {
  check(sqlite3_bind_double(handle_.get(), position, value));
}

void Statement::bind(int position, std::string_view text) {
  // A null pointer would be bound as NULL.
  const char* data = text.data() ? text.data() : "";
  check(sqlite3_bind_text64(handle_.get(), position, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int position, const Blob& blob) {
  check(blob.data ? sqlite3_bind_blob64(handle_.get(), position, blob.data, blob.size, SQLITE_STATIC)
                  : sqlite3_bind_null(handle_.get(), position));
}

Transaction::Transaction(const Database& database, const char* begin) : database_(database) {
  database.execute(begin);
}

Transaction::~Transaction() {
  if (database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() { database_.execute("COMMIT"); }

}  // namespace qklab
