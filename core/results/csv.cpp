#include "core/results/csv.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace qklab {

namespace {

constexpr std::size_t buffer_size = 1 << 16;

void append_field(std::string& row, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += text;
    return;
  }
  row += '"';
  for (const char c : text) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string field;
  append_field(field, text);
  return field;
}

CsvWriter::CsvWriter(std::string path)
    : path_(std::move(path)), part_(path_ + ".part"), file_(std::fopen(part_.c_str(), "wb")) {
  if (!file_) fail();
  buffer_.reserve(2 * buffer_size);
}

CsvWriter::~CsvWriter() {
  if (file_) std::remove(part_.c_str());
}

void CsvWriter::fail() const {
  throw Error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

void CsvWriter::field(std::string_view text) {
  if (row_began_) buffer_ += ',';
  row_began_ = true;
  append_field(buffer_, text);
}

void CsvWriter::end_row() {
  buffer_ += '\n';
  row_began_ = false;
  if (buffer_.size() >= buffer_size) flush();
}

void CsvWriter::flush() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) fail();
  buffer_.clear();
}

void CsvWriter::finish() {
  flush();
  if (std::fflush(file_.get()) != 0) fail();
  // Some file systems report a full disk only at the close.
  const bool closed = std::fclose(file_.release()) == 0;
  if (closed && std::rename(part_.c_str(), path_.c_str()) == 0) return;
  const int cause = errno;
  std::remove(part_.c_str());
  errno = cause;
  fail();
}

CsvReader::CsvReader(std::string path)
    : path_(std::move(path)), file_(std::fopen(path_.c_str(), "rb")), buffer_(buffer_size) {
  if (!file_) throw InputError(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
}

void CsvReader::fail(std::string_view message) const {
  throw InputError(fmt::format("{}:{}: {}", path_, line_, message));
}

int CsvReader::get() {
  if (at_ == filled_) {
    filled_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    at_ = 0;
    if (std::ferror(file_.get()))
      throw InputError(fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
    if (filled_ == 0) return EOF;
    // Spreadsheets put this in front of a file.
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    const bool first = ended_ == 0 && fields_.empty();
    if (first && std::string_view(buffer_.data(), filled_).starts_with(byte_order_mark)) {
      at_ = byte_order_mark.size();
      if (at_ == filled_) return get();
    }
  }
  const char c = buffer_[at_++];
  ended_ += c == '\n' ? 1 : 0;
  return static_cast<unsigned char>(c);
}

bool CsvReader::next() {
  enum class At { start, bare, quoted, closed, line_end };
  At at = At::start;
  std::size_t count = 0;
  const auto begin_field = [&]() -> std::string& {
    if (count == fields_.size()) fields_.emplace_back();
    fields_[count].clear();
    return fields_[count++];
  };
  line_ = ended_ + 1;
  int c = get();
  if (c == EOF) return false;
  for (std::string* field = &begin_field();; c = get()) {
    if (c == EOF)
      fail(at == At::quoted ? "a quote is not closed" : "the file is cut short: its last line has no end");
    if (at == At::quoted) {
      if (c == '"') {
        at = At::closed;
      } else {
        *field += static_cast<char>(c);
      }
    } else if (at == At::line_end && c != '\n') {
      fail("a carriage return within a line");
    } else if (c == '\n') {
      break;
    } else if (c == '\r') {
      at = At::line_end;
    } else if (c == ',') {
      field = &begin_field();
      at = At::start;
    } else if (c == '"' && at == At::bare) {
      fail("a quote within text that is not quoted");
    } else if (c == '"') {
      if (at == At::closed) *field += '"';  // a doubled quote stands for one quote
      at = At::quoted;
    } else if (at == At::closed) {
      fail("text after a closing quote");
    } else {
      *field += static_cast<char>(c);
      at = At::bare;
    }
  }
  fields_.resize(count);
  if (columns_ == 0) columns_ = count;
  if (count != columns_) fail(fmt::format("{} fields where the first line has {}", count, columns_));
  return true;
}

}  // namespace qklab
