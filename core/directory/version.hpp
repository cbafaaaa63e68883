// Identifies this build and the machine: printed by --version and stored with every result.
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

std::string source_directory();  // the source tree that this was built from

// The prefix under which this program was installed, which holds bin/qklab: "/usr".
std::filesystem::path installed_prefix();

}  // namespace qklab
