#include "core/system/file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/base/error.hpp"
#include "core/system/draft.hpp"

namespace qklab {

namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

}  // namespace

std::string read_file(const std::string& path) {
  const auto fail = [&] {
    throw InputError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  };
  if (std::filesystem::is_directory(path))
    throw InputError(fmt::format("{}: is a directory, not a file", path));
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) fail();
  std::string content;
  char buffer[1 << 16];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) content.append(buffer, n);
  if (std::ferror(file.get())) fail();
  return content;
}

void write_file(const std::string& path, std::string_view content) {
  Draft draft(path);
  if (std::fwrite(content.data(), 1, content.size(), draft.file()) != content.size()) draft.fail();
  draft.finish();
}

std::string find_data_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code unknown;  // ignored (the name may be too long, say): opening the file will report it
  if (path.empty() || fs::exists(path, unknown)) return path;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const fs::path& folder : {program.parent_path() / "share/qklab", fs::path(QKLAB_SOURCE_DIR)})
    if (fs::exists(folder / path, unknown)) return (folder / path).string();
  return path;
}

void make_output_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  std::string what = "created";
  if (!error && access(path.c_str(), W_OK | X_OK) != 0) {
    error.assign(errno, std::generic_category());
    what = "written in";
  }
  if (!error) return;
  const std::string message = fmt::format("{}: cannot be {}: {}", path, what, error.message());
  // A disk that fails, or became read-only because it fails, is not an error of the input.
  if (error == std::errc::no_space_on_device || error == std::errc::io_error ||
      error == std::errc::read_only_file_system)
    throw Error(message);
  throw InputError(message + "; choose another folder, or change the permissions of this one");
}

void make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Error(fmt::format("{}: cannot be created: {}", path, error.message()));
}

}  // namespace qklab
