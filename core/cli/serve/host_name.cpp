#include "core/cli/serve/host_name.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace qklab {

namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return all;
}

// Without the port; nothing where it is no host at all.
std::optional<std::string> without_port(std::string_view header) {
  if (header.starts_with('[')) {  // an IPv6 address
    const std::size_t close = header.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = header.substr(close + 1);
    if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return lower(header.substr(0, close + 1));
  }
  const std::size_t colon = header.find(':');
  if (colon != std::string_view::npos && !is_port(header.substr(colon + 1))) return std::nullopt;
  return lower(header.substr(0, colon));
}

std::string own_name() {
  std::array<char, 256> name = {};
  return gethostname(name.data(), name.size() - 1) == 0 ? lower(name.data()) : "";
}

}  // namespace

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" ||
         (address.starts_with("127.") && is_address(AF_INET, address));
}

bool serves(std::string_view header, std::string_view listening) {
  const auto host = without_port(header);
  if (!host || host->empty()) return false;
  if (host->starts_with('[')) return is_address(AF_INET6, host->substr(1, host->size() - 2));
  return *host == "localhost" || is_address(AF_INET, *host) || *host == lower(listening) ||
         *host == own_name();
}

}  // namespace qklab
