// Whole files, read and written with errors that name the file and the cause.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

std::string read_file(const std::string& path);  // throws InputError where it cannot be read

// Writes beside the target and renames, so that a reader or a crash never sees half a file. Throws Error
// where it cannot be written ("disk full" included).
void write_file(const std::string& path, std::string_view content);

// Where a data file lies: as named from here, or else beside this program's sources, where those that are
// shipped (data/shakespeare.txt) are found from anywhere.
std::string find_data_file(const std::string& path);

// The folder that a user named to write into. Throws InputError, with what to do, where it cannot be made or
// written.
void make_output_directory(const std::string& path);
void make_directories(const std::string& path);  // throws Error

}  // namespace qklab
