// Ends with a one-sentence message if the processor lacks what the program is compiled for, instead of
// crashing at the first unknown instruction. It runs before any other code of ours, constructors included, is
// compiled for any x86-64 processor (cmake/layers.cmake) and calls only the system.
#include <unistd.h>

#if defined(__x86_64__)
namespace {

[[gnu::constructor(101)]] void require_processor() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return;
  static const char text[] =
      "qklab: this processor lacks AVX2 or FMA, which every x86-64 since about 2013 has\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(1);
  _exit(2);
}

}  // namespace
#endif
