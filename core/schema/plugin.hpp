// How a file adds what it implements to registries, in tree and as a plugin.
//
//     namespace { void add_rotary() { Registry<PositionsKind>::all().add({...}); } }
//     QKLAB_REGISTER(add_rotary)
//
// In tree the function runs when the program starts. Compiled with -DQKLAB_PLUGIN as a shared library, the
// same file is loaded with --plugin, and the function runs then, before any config is read. To be written in
// the named namespace of the function, once a file; a plugin of several files has it once.
#pragma once

namespace qklab {

// Raised when a change makes plugins compiled before it unusable.
inline constexpr int plugin_abi = 5;

// What a plugin tells about itself before any of its C++ is run.
struct ExtensionHeader {
  int abi;
  const char* compiler;
  void (*add)();
};

}  // namespace qklab

#ifdef QKLAB_PLUGIN
#define QKLAB_REGISTER(function) \
  extern "C" const qklab::ExtensionHeader qklab_extension{qklab::plugin_abi, __VERSION__, &function};
#else
#define QKLAB_REGISTER(function) \
  [[maybe_unused]] static const bool registered_by_##function = (function(), true);
#endif
