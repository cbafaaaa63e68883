// libFuzzer: any bytes as a `where` expression. An expression that is parsed can be evaluated.
#include "core/sweep/where.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Schema& schema = specimen::experiment().parameters;
  static const Parameters params = [&schema] {
    Parameters out(schema);
    for (std::size_t i = 0; i < schema.size(); ++i)
      out.set(i, schema[i].fallback ? *schema[i].fallback : Value(1.0));
    return out;
  }();
  Diagnostics diagnostics;
  const Where where =
      Where::parse({reinterpret_cast<const char*>(data), size}, schema, {"fuzz", 1, 1}, diagnostics);
  if (diagnostics.empty()) where.holds(params);
  return 0;
}
