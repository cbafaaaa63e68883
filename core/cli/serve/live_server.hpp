// The page behind `qklab serve`: read-only, behind a random token, for requests that name this host.
#pragma once

#include <atomic>
#include <memory>
#include <string>

namespace qklab {

class LiveServer {
 public:
  // Listens at once; port 0 takes one that is free. Throws InputError where the directory is none, Error
  // where the address cannot be listened at.
  LiveServer(const std::string& directory, const std::string& host, int port);
  ~LiveServer();

  const std::string& link() const;          // with the token
  void run(const std::atomic<bool>& stop);  // until `stop`

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qklab
