// Whole files, read and written with errors that name the file and the cause.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

std::string read_file(const std::string& path);  // throws InputError where it cannot be read

// Writes beside the target and renames, so that a reader or a crash never sees half a file. Throws Error
// where it cannot be written ("disk full" included).
void write_file(const std::string& path, std::string_view content);

void make_directories(const std::string& path);  // throws Error

}  // namespace qklab
