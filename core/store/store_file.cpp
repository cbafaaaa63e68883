#include "core/store/store_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/base/busy.hpp"
#include "core/store/history.hpp"
#include "core/store/store.hpp"
#include "core/store/stored_trial.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t application_id = 0x716b6c62;  // "qklb": identifies the database for `file` and for us

// Version 1 has no checksums. Version 2 does not record the files that trials read: an older qklab would read
// a store of version 3 as one in which such trials have not been run.
constexpr std::int64_t oldest_version = 1;

// Trials are numbered as they finish, so that their rows are appended. Ids are hashes, and an index of hashes
// is written at random places, which is expensive. So there is one such index, and a small one of the trials
// that are not done. Columns of numbers have no type: the type REAL would turn -0.0 into 0.
constexpr const char* tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE metrics(metric INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE trials(trial INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, status TEXT NOT NULL,
  seconds REAL NOT NULL, params TEXT NOT NULL, message TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX not_done ON trials(status, id) WHERE status <> 'done';
CREATE TABLE scalars(trial INTEGER, metric INTEGER, value NOT NULL, PRIMARY KEY(trial, metric)) WITHOUT ROWID;
CREATE TABLE series(trial INTEGER, metric INTEGER, idx BLOB, value BLOB NOT NULL,
  PRIMARY KEY(trial, metric)) WITHOUT ROWID;
CREATE TABLE arrays(trial INTEGER, metric INTEGER, file TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY(trial, metric)) WITHOUT ROWID;
CREATE VIEW named_scalars AS
  SELECT printf('%016x', id) AS trial, status, name AS metric, value, params
  FROM scalars JOIN trials USING(trial) JOIN metrics USING(metric);
)";

// True if the file holds a store, false if it is empty.
bool is_store(const Database& database) {
  if (database.integer("PRAGMA application_id") != application_id) {
    if (database.integer("SELECT count(*) FROM sqlite_schema") == 0) return false;
    throw Error(fmt::format("{}: is no qklab store: it is a database of another program", database.path()));
  }
  const std::int64_t version = database.integer("PRAGMA user_version");
  if (version < oldest_version || version > store_version) {
    throw Error(fmt::format("{}: is a store of version {}, this qklab reads versions {} to {}{}",
                            database.path(), version, oldest_version, store_version,
                            version > store_version ? "; use the newer qklab that wrote it" : ""));
  }
  return true;
}

// The absolute path, so that SQLite does not take a folder called "file:x" for a URI. Throws InputError if it
// is longer than SQLite can open, including the suffixes that SQLite adds.
std::string place_of(const std::string& path) {
  constexpr std::size_t most = 512, suffix = std::string_view("-journal").size();
  std::string place = fs::absolute(path).string();
  if (place.size() + suffix > most) {
    throw InputError(
        fmt::format("{}: this path of {} bytes is too long: SQLite opens files below paths of up to {}; "
                    "choose a shorter one, with --out DIR",
                    path, place.size(), most - suffix));
  }
  return place;
}

// SQLite needs a URI if flags are given by name. The empty authority before the path prevents that a path
// which begins with two slashes is read as an authority.
std::string uri_of(const std::string& path, std::string_view flags) {
  std::string uri = "file://";
  for (const char c : place_of(path)) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", c);
    } else {
      uri += c;
    }
  }
  return uri + "?" + std::string(flags);
}

ReadOnly open_read_only(const std::string& path) {
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  const auto checked = [](Database database) {
    if (!is_store(database)) throw HoldsNothing(fmt::format("{}: holds nothing yet", database.path()));
    return database;
  };
  // Without a log nobody is writing. "immutable" creates no files beside the database and needs no permission
  // to.
  if (!fs::exists(path + "-wal")) {
    const FileStamp stamp(path);
    return {checked({uri_of(path, "immutable=1"), path, flags}), stamp};
  }
  try {
    return {checked({uri_of(path, "mode=ro"), path, flags}), std::nullopt};
  } catch (const CannotOpen&) {
    // A writer has died and left its log, in a folder where no index of it can be created: index it in
    // memory.
    if (fs::exists(path + "-shm")) throw;
    Database database(uri_of(path, "mode=ro&vfs=unix-none"), path, flags);
    database.execute("PRAGMA locking_mode=EXCLUSIVE");
    return {checked(std::move(database)), std::nullopt};
  }
}

bool is_at(int file, const std::string& path) {
  struct stat held, there;
  return fstat(file, &held) == 0 && stat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

// SQLite creates files that the group cannot write, whatever the umask says. The files that it adds get the
// mode of the database, so the database is created here.
void create_as_asked(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file >= 0) close(file);  // otherwise SQLite reports the error
}

}  // namespace

WriterLock::WriterLock(const std::string& path) {
  const std::string lock = path + ".lock";
  const auto fail = [&](int cause) {
    throw Error(fmt::format("{}: cannot be locked: {}", lock, std::strerror(cause)));
  };
  // The holder of the lock may have moved the directory before it released the lock. Then the file that we
  // locked belongs to another directory, and the requested path has a new file: try again.
  do {
    file_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) fail(errno);
    if (flock(file_, LOCK_EX | LOCK_NB) == 0) {
      if (is_at(file_, lock)) break;
      close(file_);
      continue;
    }
    const int cause = errno;
    char owner[32] = {};
    const ssize_t length = pread(file_, owner, sizeof owner - 1, 0);
    close(file_);
    if (cause != EWOULDBLOCK) fail(cause);
    throw Busy(fmt::format(
        "another qklab run is writing to {} (pid {}): wait for its end, or name another --out DIR",
        fs::absolute(path).parent_path().string(), length > 0 ? owner : "unknown"));
  } while (true);
  // The id is only for the message, so a failure to write it is ignored.
  const std::string pid = std::to_string(getpid());
  if (ftruncate(file_, 0) == 0) static_cast<void>(!pwrite(file_, pid.data(), pid.size(), 0));
}

WriterLock::~WriterLock() { close(file_); }

void check_store_path(const std::string& path) { place_of(path); }

Database open_to_write(const std::string& path) {
  const std::string place = place_of(path);
  create_as_asked(place);
  Database database(place, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const bool known = is_store(database);
  if (database.text("PRAGMA journal_mode=WAL") != "wal") {
    throw Error(fmt::format(
        "{}: its file system cannot hold a write-ahead log; choose a folder on a local disk", path));
  }
  // A crash of the machine may lose the last commits but never breaks the file; a crash of the process loses
  // none.
  database.execute("PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY");
  // The log may grow to 64 MiB before it is moved into the file, since some pages are written many times.
  database.execute("PRAGMA wal_autocheckpoint=16384");
  if (!known) {
    Transaction creation(database, "BEGIN IMMEDIATE");
    database.execute(tables);
    database.execute(
        fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", application_id, store_version)
            .c_str());
    creation.commit();
  } else if (database.integer("PRAGMA user_version") < store_version) {
    Transaction migration(database, "BEGIN IMMEDIATE");
    if (database.integer("PRAGMA user_version") < 2) add_checksums(database);
    database.execute(fmt::format("PRAGMA user_version={}", store_version).c_str());
    migration.commit();
  }
  create_history(database);
  return database;
}

ReadOnly open_to_read(const std::string& path) {
  if (!fs::exists(path)) throw Error(fmt::format("{}: no such file", path));
  try {
    return open_read_only(path);
  } catch (const CannotOpen&) {
    // A writer may have ended and removed its log between our check and SQLite's.
    return open_read_only(path);
  }
}

void copy_database(const Database& database, const std::string& path) {
  const std::string part = path + ".part";
  const auto remove = [&part] {
    std::error_code ignored;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) fs::remove(part + suffix, ignored);
  };
  remove();
  try {
    create_as_asked(part);
    const Database copy(place_of(part), part, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3_backup* const backup = sqlite3_backup_init(copy.handle(), "main", database.handle(), "main");
    const int code = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(copy.handle());
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) copy.fail(code);
  } catch (...) {
    remove();
    throw;
  }
  fs::rename(part, path);
}

}  // namespace qklab
