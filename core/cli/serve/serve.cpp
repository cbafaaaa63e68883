#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/serve/host_name.hpp"
#include "core/cli/serve/live_server.hpp"
#include "core/cli/signals.hpp"

namespace qklab {

void add_serve(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, host = "127.0.0.1";
    int port = 0;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("serve", "a running sweep in the browser; reads only, for this machine only");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("--port", arguments->port, "0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT");
  verb->add_option(
          "--host", arguments->host,
          "address to listen at; anything but loopback lets others on the network see the run, if they "
          "have the link")
      ->type_name("ADDRESS");
  verb->callback([arguments] {
    const std::atomic<bool>& stop = stop_on_signals();
    LiveServer server(arguments->directory, arguments->host, arguments->port);
    fmt::print("{}\nCtrl-C ends it. Whoever has the link can read the run, and change nothing.\n",
               server.link());
    if (!is_loopback(arguments->host))
      fmt::print(
          "It listens at {}, beyond this machine: requests may name it by its address, as {} or by this "
          "machine's name. "
          "What is sent is not encrypted, so whoever can read the network can read the link.\n",
          arguments->host, arguments->host);
    std::fflush(stdout);
    server.run(stop);
  });
}

}  // namespace qklab
