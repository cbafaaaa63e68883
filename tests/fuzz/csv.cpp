// libFuzzer: any bytes as a CSV file. It is read to its end or refused, and its fields survive writing and
// reading.
#include "core/results/csv.hpp"

#include <unistd.h>

#include <cstdlib>

#include "core/system/file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/tmp/qklab-fuzz-" + std::to_string(getpid()) + ".csv";
  const auto read = [](const std::string& bytes) {
    write_file(path, bytes);
    std::vector<std::vector<std::string>> rows;
    CsvReader csv(path);
    while (csv.next()) rows.push_back(csv.fields());
    return rows;
  };
  try {
    const auto rows = read({reinterpret_cast<const char*>(data), size});
    std::string again;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) again += (i > 0 ? "," : "") + csv_field(row[i]);
      again += '\n';
    }
    if (read(again) != rows) std::abort();
  } catch (const InputError&) {
  }
  return 0;
}
