#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/fake_launcher.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/golden/plain_answer.hpp"
#include "tests/support/child.hpp"

namespace governor::test {

/// Plays a script of calls against a daemon in this process. A script has one step a line, a JSON object:
///   {"by":"ada","tool":"register_agent","arguments":{...}}   a call of a tool by the session of that name
///   {"by":"person","method":"governor/watch","params":{...}} a request; person and guard are roles without
///   session
///   {"ctl":["agents"],"input":"..."}                         governorctl with --json
///   {"write":"a.txt","text":"..."}                           a file in the project's directory
/// After each, the daemon's clock goes on by a second. "keep":{"token":"$t"} names the answer's first "token"
/// $t, which may then stand in later steps, as $project may, and in the answers. "stored":"SELECT count(*) …"
/// waits before that until the query gives something else than 0, for what is done after the answer. Lines
/// that begin with # are comments.
class Script {
 public:
  explicit Script(const std::string& path);
  ~Script();

  [[nodiscard]] const std::vector<boost::json::object>& steps() const { return steps_; }

  struct Played {
    std::string step;  ///< as a person would name it
    PlainAnswer::Parts answer;
  };
  std::vector<Played> play();

 private:
  /// Every script begins at the same moment.
  struct Morning {
    Morning() { daemon::test::DaemonFixture::set_clock(std::chrono::seconds(1'769'860'800)); }
  };
  struct Client {
    std::unique_ptr<daemon::test::TestClient> connection;
    bool numbered = false;
    std::uint64_t line = 0;
  };

  Client& client(const std::string& name);
  boost::json::value answer_to(const boost::json::object& step);
  boost::json::value tool(const boost::json::object& step);
  boost::json::value method(const boost::json::object& step);
  boost::json::value ask(const std::string& by, std::string_view method, const boost::json::value& params);
  boost::json::value ctl(const boost::json::object& step);
  void write(const boost::json::object& step) const;
  void keep(const boost::json::object& wanted, const boost::json::value& answer);
  [[nodiscard]] boost::json::value filled_in(const boost::json::value& given) const;

  std::vector<boost::json::object> steps_;
  TemporaryDirectory project_;
  TemporaryDirectory runtime_;
  Morning morning_;
  Child hooked_tool_{{"/bin/sleep", {"600"}, {}, "", {}, -1}};  ///< whose hooks speak
  std::shared_ptr<daemon::test::FakeProcesses> processes_;      ///< of deployments
  daemon::test::DaemonFixture daemon_;
  daemon::test::TestClient clock_watcher_{daemon_.socket()};
  std::map<std::string, Client> clients_;
  std::map<std::string, std::string, std::less<>> kept_;
  PlainAnswer plain_;
};

}  // namespace governor::test
