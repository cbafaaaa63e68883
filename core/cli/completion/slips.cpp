#include "core/cli/completion/slips.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/cli/completion/command_line.hpp"

namespace qklab {

namespace {

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : verbs_of(app)) names.push_back(verb->get_name());
  return names;
}

// The current position in the words: the program, a verb, or a nested verb.
class Path {
 public:
  explicit Path(const CLI::App& app) : apps_{&app}, text_(app.get_name()) {}

  const CLI::App& last() const { return *apps_.back(); }
  const std::string& text() const { return text_; }

  void enter(const std::string& verb) {
    apps_.push_back(last().get_subcommand(verb));
    text_ += " " + verb;
  }
  const CLI::Option* option(const std::string& name) const {
    for (const CLI::App* app : apps_)
      if (const CLI::Option* option = app->get_option_no_throw(name)) return option;
    return nullptr;
  }
  std::vector<std::string> long_options() const {
    std::vector<std::string> names;
    for (const CLI::App* app : apps_)
      for (const CLI::Option* option : app->get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
  }

 private:
  std::vector<const CLI::App*> apps_;
  std::string text_;
};

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

}  // namespace

std::string find_slip(const CLI::App& app, const std::vector<std::string>& words) {
  Path path(app);
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() > 1 && word[0] == '-') {
      const bool is_long = word[1] == '-';
      const std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const CLI::Option* option = path.option(name);
      if (!option) {
        return fmt::format("{}: no option '{}'{}; `{} --help` lists them", path.text(), name,
                           did_you_mean(name, path.long_options()), path.text());
      }
      i += takes_value(*option) && word == name ? 1 : 0;
    } else if (const auto verbs = verb_names(path.last()); !verbs.empty()) {
      if (std::find(verbs.begin(), verbs.end(), word) == verbs.end()) {
        return fmt::format("{}: no verb '{}'{}; `{} --help` lists them", path.text(), word,
                           did_you_mean(word, verbs), path.text());
      }
      path.enter(word);
    }
  }
  return "";
}

}  // namespace qklab
