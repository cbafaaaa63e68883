// Reads and writes whole files; errors name the file and the cause.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

std::string read_file(const std::string& path);  // throws InputError if it cannot be read

// Writes a file beside the target and renames it, so that neither a reader nor a crash sees half a file.
// Throws Error if it cannot be written ("disk full" included).
void write_file(const std::string& path, std::string_view content);

// Finds a data file: at `path` as given, or else relative to this program's sources, so that shipped files
// (data/shakespeare.txt) are found from any folder.
std::string find_data_file(const std::string& path);

// Creates the folder that a user named for output. Throws InputError, which says what to do, if it cannot be
// created or written.
void make_output_directory(const std::string& path);
void make_directories(const std::string& path);  // throws Error

}  // namespace qklab
