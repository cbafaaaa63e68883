#include "core/base/file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/base/error.hpp"

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
  const std::string part = path + ".part";
  File file(std::fopen(part.c_str(), "wb"));
  const bool written = file && std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
                       std::fclose(file.release()) == 0 && std::rename(part.c_str(), path.c_str()) == 0;
  if (written) return;
  const int cause = errno;
  std::remove(part.c_str());
  throw Error(fmt::format("{}: cannot be written: {}", path, std::strerror(cause)));
}

std::string find_data_file(const std::string& path) {
  const std::string shipped = std::string(QKLAB_SOURCE_DIR) + "/" + path;
  std::error_code unknown;  // of a name that is too long, say: opening it will tell
  const bool elsewhere = !std::filesystem::exists(path, unknown) && std::filesystem::exists(shipped, unknown);
  return elsewhere ? shipped : path;
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
  // A disk that fails, or went read-only since it does, is nobody's bad input.
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
