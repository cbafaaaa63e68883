// What this build is and what it runs on: printed by --version and kept with every result.
#pragma once

#include <filesystem>
#include <string>

namespace qklab {

std::string version();   // "0.1.0"
std::string commit();    // "1a2b3c4d5e6f", with "-dirty" for a changed tree
std::string compiler();  // "GNU 12.2.0"
std::string simd();      // "avx512bw"
std::string blas();      // "OpenBLAS 0.3.21 Cooperlake"
std::string version_text();

std::string source_directory();  // that this was built from

// The folder that holds bin/qklab, where this program was installed: "/usr".
std::filesystem::path installed_prefix();

}  // namespace qklab
