#include "core/agent_id.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace governor::core;

TEST_CASE("an agent id is 1 to 128 of A-Z a-z 0-9 . _ -") {
  for (const std::string& id :
       {std::string("a"), std::string("Z9._-"), std::string(128, 'x'), std::string("...")}) {
    INFO(id);
    CHECK_FALSE(validate_agent_id("agent_id", id));
  }
  for (const std::string& id :
       {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a/b"),
        std::string("\xC3\xA9t\xC3\xA9"), std::string("a\0b", 3), std::string("a\n"), std::string("a:b"),
        std::string("@"), std::string("."), std::string(".."), std::string("[")}) {
    INFO(id);
    CHECK(validate_agent_id("agent_id", id));
  }
}

TEST_CASE("a refused agent id is named with its field, what was given and what is accepted") {
  const auto error = validate_agent_id("parent_agent_id", "two words");
  REQUIRE(error);
  CHECK(error->code == ErrorCode::invalid_argument);
  CHECK(error->field == "parent_agent_id");
  CHECK(error->given == "\"two words\"");
  CHECK(error->expected == "1 to 128 characters of A-Z a-z 0-9 . _ -");
  CHECK(error->message.find("parent_agent_id is \"two words\"") == 0);
}

TEST_CASE("a refused agent id is shortened in the message") {
  const auto error = validate_agent_id("agent_id", std::string(100000, 'x'));
  REQUIRE(error);
  CHECK(error->given.size() < 120);
  CHECK(error->given.find("100000 characters") != std::string::npos);
}

TEST_CASE("a refused agent id is cut between code points, as messages are UTF-8") {
  for (std::size_t letters = 0; letters < 4; ++letters) {
    std::string id(letters, 'x');
    while (id.size() < 200) id += "\xE2\x82\xAC";
    const std::string given = validate_agent_id("agent_id", id)->given;
    const std::size_t end = given.find("...");
    REQUIRE(end != std::string::npos);
    CHECK((end - 1 - letters) % 3 == 0);  // behind the quotation mark, whole euro signs
  }
}

TEST_CASE("exactly the ids that many clients use by default are generic") {
  for (const char* id : {"test", "demo", "default_agent", "claude_chat", "claude_code_cli"})
    CHECK(is_generic_agent_id(id));
  for (const char* id : {"", "Test", "test1", "tes", "demo_", "claude"}) CHECK_FALSE(is_generic_agent_id(id));
}

TEST_CASE("a composed agent id is valid whatever client and user are called") {
  CHECK(compose_agent_id("Cursor IDE", "jo\xC3\xABl", "20260131", "0a1b") ==
        "Cursor-IDE_jo--l_20260131_0a1b");
  CHECK(compose_agent_id("", "", "20260131", "0a1b") == "client_user_20260131_0a1b");
  const std::string longest =
      compose_agent_id(std::string(500, 'c'), std::string(500, 'u'), "20260131", "0a1b2c3d");
  CHECK(longest.size() <= kMaxAgentIdLength);
  CHECK_FALSE(validate_agent_id("agent_id", longest));
}
