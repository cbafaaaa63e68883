// What turns a page into files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/chart/page.hpp"

namespace qklab {

class BackEnd {
 public:
  virtual ~BackEnd() = default;

  virtual std::vector<std::string> formats() const = 0;  // "svg": as files end
  // Stands for all that the files are drawn from: equal text, equal files.
  virtual std::string source(const Page& page, const std::string& name) const = 0;
  // Writes <folder>/<name>.<format>, whole or not at all. Throws Error with what went wrong, and leaves
  // nothing else behind.
  virtual void draw(const Page& page, const std::string& format, const std::filesystem::path& folder,
                    const std::string& name) const = 0;
};

}  // namespace qklab
