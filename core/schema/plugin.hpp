// How a file adds its implementations to registries, in this source tree or as a plugin.
//
//     namespace { void add_rotary() { Registry<PositionsKind>::all().add({...}); } }
//     QKLAB_REGISTER(add_rotary)
//
// In the source tree the function runs when the program starts. If the same file is compiled with
// -DQKLAB_PLUGIN as a shared library and loaded with --plugin, the function runs at that time, before any
// config is read. Use the macro once per file, in the named namespace of the function; a plugin of several
// files uses it only once.
#pragma once

namespace qklab {

// Raised when a change makes previously compiled plugins unusable.
inline constexpr int plugin_abi = 7;

// What a plugin states about itself before any of its C++ code runs.
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
