// Registries: order, unknown and taken names.
#include "core/base/registry.hpp"

#include <doctest/doctest.h>

#include "core/schema/choice.hpp"

using namespace qklab;

namespace {

struct Fruit {
  std::string name = {}, doc = {};
  int place = last_place;
  Schema parameters = {};
  static constexpr const char* kind = "fruit";
  static constexpr const char* noun = "fruits";
};

struct Filled {
  Filled() {
    Registry<Fruit>::all().add({.name = "pear", .doc = "green"});
    Registry<Fruit>::all().add({.name = "apple", .doc = "red", .place = 0});
    Registry<Fruit>::all().add(
        {.name = "plum", .doc = "blue", .parameters = {real("plum.weight", 0.5, "in kg").range(0, 1)}});
  }
};
const Filled filled;

TEST_CASE("entries are listed by place, and of one place as they came") {
  CHECK(Registry<Fruit>::all().names() == std::vector<std::string>{"apple", "pear", "plum"});
  CHECK(Registry<Fruit>::all().listed()[1].doc == "green");
}

TEST_CASE("registries are found by what they hold") {
  bool found = false;
  for (const AnyRegistry* each : AnyRegistry::all()) found = found || each->noun == "fruits";
  CHECK(found);
}

TEST_CASE("an unknown name is an error with the nearest one, a taken name as well") {
  CHECK(Registry<Fruit>::all().find("aple") == nullptr);
  CHECK_THROWS_WITH_AS(Registry<Fruit>::all().at("aple"),
                       "no fruit 'aple' (did you mean 'apple'?); there are apple, pear, plum", InputError);
  const std::size_t before = AnyRegistry::additions();
  CHECK_THROWS_WITH_AS(Registry<Fruit>::all().add({.name = "pear"}), "fruit 'pear' is registered already",
                       Error);
  CHECK(AnyRegistry::additions() == before);
}

TEST_CASE("a choice may be written down before its entry is there") {
  const Choice<Fruit> early = "fig";
  CHECK_THROWS_AS(*early, InputError);
  const std::size_t before = AnyRegistry::additions();
  Registry<Fruit>::all().add({.name = "fig", .doc = "purple"});
  CHECK(AnyRegistry::additions() == before + 1);
  CHECK(early->doc == "purple");
}

TEST_CASE("entries' own parameters: in a schema, by their default, and as they are set") {
  Schema schema = {choice_of<Fruit>("fruit", "pear", "to eat")};
  add_own_parameters<Fruit>(schema);
  REQUIRE(schema.names() == std::vector<std::string>{"fruit", "plum.weight"});
  CHECK(schema[1].is_added_later);
  Parameters params(schema);
  params.set(0, std::string("plum"));
  params.set(1, 0.25);
  const auto plum = chosen<Fruit>(params, "fruit");
  CHECK(plum == "plum");
  CHECK(plum.real("plum.weight") == 0.25);
  CHECK(Choice<Fruit>("plum").real("plum.weight") == 0.5);
}

}  // namespace
