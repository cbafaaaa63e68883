#include "core/directory/version.hpp"

#include <fmt/format.h>
#include <tbb/version.h>

#include <string_view>

#include "commit.hpp"
#include "core/kernels/level.hpp"

extern "C" char* openblas_get_corename();
extern "C" char* openblas_get_config();

namespace qklab {

std::string version() { return QKLAB_VERSION; }
std::string commit() { return QKLAB_COMMIT; }
std::string compiler() { return QKLAB_COMPILER; }
std::string source_directory() { return QKLAB_SOURCE_DIR; }
std::string simd() { return kernels::level().name; }

std::string blas() {
  const std::string_view config = openblas_get_config();  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ..."
  const std::size_t second = config.find(' ', config.find(' ') + 1);
  return fmt::format("{} {}", config.substr(0, second), openblas_get_corename());
}

std::string version_text() {
  return fmt::format("qklab {} ({})\n{}, SIMD {} ({}), {}, oneTBB {}", version(), commit(), compiler(),
                     simd(), kernels::level().registers, blas(), TBB_runtime_version());
}

std::filesystem::path installed_prefix() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return unknown ? "/usr" : program.parent_path().parent_path();
}

}  // namespace qklab
