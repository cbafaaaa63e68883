#include "core/store/scratch.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/system/file.hpp"

namespace qklab {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes between_saves{10};

std::string make_folder(const std::string& parent) {
  make_output_directory(parent);
  std::string name = fs::absolute(parent).string() + "/qklab-XXXXXX";
  if (!mkdtemp(name.data()))
    throw Error(fmt::format("{}: no folder can be made in it: {}", parent, std::strerror(errno)));
  return name;
}

// Copies files that are new or have changed; each is renamed when complete.
void copy_files(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) return;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".part") continue;
    const fs::path target = to / fs::relative(entry.path(), from);
    std::error_code none;
    if (fs::last_write_time(target, none) == entry.last_write_time() && !none) continue;
    make_directories(target.parent_path().string());
    write_file(target.string(), read_file(entry.path().string()));
    fs::last_write_time(target, entry.last_write_time());
  }
}

}  // namespace

Scratch::Scratch(std::string home, const std::string& parent, std::vector<std::string> folders)
    : home_((make_directories(home), std::move(home))),
      lock_(home_ + "/run.db"),
      folders_(std::move(folders)),
      directory_(make_folder(parent)),
      saved_(std::chrono::steady_clock::now()) {
  const std::string db = home_ + "/run.db";
  try {
    if (!fs::exists(db)) return;
    // A log that an earlier run left behind must not be taken for the log of the file that replaces this one.
    if (fs::exists(db + "-wal")) open_to_write(db);
    if (fs::exists(db + "-wal"))
      throw Error(fmt::format("{}: is being read by another program; end that, then run again", db));
    copy_database(open_to_read(db).database, directory_ + "/run.db");
    for (const std::string& folder : folders_)
      copy_files(fs::path(home_) / folder, fs::path(directory_) / folder);
    copy_files(fs::path(home_) / "checkpoints", fs::path(directory_) / "checkpoints");
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
    throw;
  }
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Scratch::save(const Store& store) {
  // The store is copied first, so that it holds only trials whose files will be there; it is renamed last.
  const std::string copy = home_ + "/run.db.saving";
  store.copy_to(copy);
  for (const std::string& folder : folders_)
    copy_files(fs::path(directory_) / folder, fs::path(home_) / folder);
  fs::rename(copy, home_ + "/run.db");
  // Checkpoints of trials that have finished meanwhile are gone here, and are removed there.
  const fs::path checkpoints = fs::path(directory_) / "checkpoints";
  copy_files(checkpoints, fs::path(home_) / "checkpoints");
  std::vector<fs::path> stale;
  if (fs::exists(home_ + "/checkpoints"))
    for (const auto& entry : fs::directory_iterator(home_ + "/checkpoints"))
      if (!fs::exists(checkpoints / entry.path().filename())) stale.push_back(entry.path());
  for (const fs::path& file : stale) fs::remove(file);
  saved_ = std::chrono::steady_clock::now();
}

void Scratch::save_now_and_then(const Store& store) {
  if (std::chrono::steady_clock::now() - saved_ >= between_saves) save(store);
}

}  // namespace qklab
