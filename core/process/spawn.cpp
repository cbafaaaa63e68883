#include "core/process/spawn.hpp"

#include <spawn.h>

#include <csignal>

namespace qklab {

namespace {

// Pointers to the texts, as exec takes them; the texts must outlive them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

int spawn(const Process& process, const Streams& streams, pid_t& child, bool group) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (streams.input < 0)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.errors, STDERR_FILENO);
  if (!process.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, process.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t ours;  // the signals that this program ignores for itself
  sigemptyset(&ours);
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&ours, signal);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  if (group) posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(POSIX_SPAWN_SETSIGDEF | (group ? POSIX_SPAWN_SETPGROUP : 0)));
  std::vector<std::string> words = process.words, variables = process.environment;
  const std::vector<char*> arguments = pointers(words), environment = pointers(variables);
  const int failure =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failure;
}

}  // namespace qklab
