// Comma-separated values as in RFC 4180, except that lines end in LF; CR LF is read as well.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePointer = std::unique_ptr<std::FILE, CloseFile>;

// The text as a field, quoted if necessary.
std::string csv_field(std::string_view text);

// Writes a file beside the target; finish() renames it, so that neither a reader nor a crash sees half a
// file.
class CsvWriter {
 public:
  explicit CsvWriter(std::string path);  // throws Error if the file cannot be created
  ~CsvWriter();                          // removes the file if finish() was not reached
  CsvWriter(const CsvWriter&) = delete;
  CsvWriter& operator=(const CsvWriter&) = delete;

  void field(std::string_view text);
  void end_row();
  void finish();  // throws Error if not everything was written ("No space left on device")

 private:
  void flush();
  [[noreturn]] void fail() const;

  std::string path_, part_, buffer_;
  FilePointer file_;
  bool row_began_ = false;
};

// Reads row by row in a fixed amount of memory. Throws InputError with file and line for invalid CSV: a quote
// within bare text, text after a closing quote, a last line without a line end.
class CsvReader {
 public:
  explicit CsvReader(std::string path);

  // Reads the next row into fields(); false at the end. A row that differs in length from the first is an
  // error.
  bool next();
  const std::vector<std::string>& fields() const { return fields_; }
  [[noreturn]] void fail(std::string_view message) const;  // throws InputError "file:line: message"

 private:
  int get();

  std::string path_;
  FilePointer file_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, filled_ = 0;
  std::vector<std::string> fields_;
  std::size_t columns_ = 0;           // in the first row
  std::size_t line_ = 0, ended_ = 0;  // line where the row begins; number of lines that are read
};

}  // namespace qklab
