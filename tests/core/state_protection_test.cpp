#include "tests/core/files_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

constexpr std::int64_t kHour = 3'600'000'000;

struct ProtectionFixture : FilesFixture {
  ProtectionFixture() {
    enrol(alice, "ada");
    enrol(bob, "bob");
    own = lease(alice, "/p/**", "ada");
    changes.clear();
  }
  std::optional<Error> protect(const std::string& pattern, bool remove = false,
                               const std::string& reason = "core") {
    return state.protect({bob, 0}, {at(pattern), reason, remove}, ++now, changes);
  }
  std::optional<Error> unlock(const std::string& pattern, const std::string& agent, std::int64_t for_us) {
    return state.unlock({bob, 0}, {at(pattern), agent, for_us, "release"}, ++now, changes);
  }
  bool may_write(const std::string& path) {
    const auto begun = begin(alice, own, path);
    if (begun) state.end_write(own);
    return begun.ok();
  }
  LeaseKey own = 0;
};

}  // namespace

TEST_CASE("a protected file is not written, whatever lease one has, and the attempt is audited") {
  ProtectionFixture files;
  REQUIRE_FALSE(files.protect("/p/core/**"));
  CHECK(files.may_write("/p/other.cpp"));
  files.changes.clear();
  const auto refused = files.begin(files.alice, files.own, "/p/core/a.cpp");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().field == "path");
  CHECK(refused.error().message.find("/p/core/**") != std::string::npos);
  CHECK(refused.error().message.find("core") != std::string::npos);
  CHECK(files.audited() == std::vector<std::string>{"protected_write_refused", "approval_requested"});
  CHECK(of_kind<AuditAppended>(files.changes)[0].detail == "commit_file on /p/core/a.cpp");
  CHECK(of_kind<AuditAppended>(files.changes)[0].session == files.alice);
}

TEST_CASE("a refused write leaves the lease as it was") {
  ProtectionFixture files;
  files.protect("/p/core/**");
  CHECK_FALSE(files.may_write("/p/core/a.cpp"));
  CHECK_FALSE(files.state.leases().is_pinned(files.own));
}

TEST_CASE("a person's unlock counts for its files, its agent and its time") {
  ProtectionFixture files;
  files.protect("/p/core/**");
  SECTION("for this agent") {
    files.unlock("/p/core/a.cpp", "ada", kHour / 60);
    files.changes.clear();
    CHECK(files.may_write("/p/core/a.cpp"));
    CHECK(files.audited() == std::vector<std::string>{"protected_write_allowed"});
    CHECK_FALSE(files.may_write("/p/core/b.cpp"));
    files.now += kHour / 60;
    CHECK_FALSE(files.may_write("/p/core/a.cpp"));
  }
  SECTION("not for another one") {
    files.unlock("/p/core/**", "bob", kHour);
    CHECK_FALSE(files.may_write("/p/core/a.cpp"));
  }
  SECTION("for everybody") {
    files.unlock("/p/**", "", kHour);
    CHECK(files.may_write("/p/core/a.cpp"));
  }
  SECTION("until it is taken back") {
    files.unlock("/p/core/**", "ada", kHour);
    CHECK(files.may_write("/p/core/a.cpp"));
    files.unlock("/p/core/**", "ada", 0);
    CHECK_FALSE(files.may_write("/p/core/a.cpp"));
  }
}

TEST_CASE("an unlock for an agent is not for whoever takes its id later") {
  ProtectionFixture files;
  files.protect("/p/core/**");
  const auto nobody = files.unlock("/p/core/**", "nobody", kHour);
  REQUIRE(nobody);
  CHECK(nobody->code == ErrorCode::not_found);
  CHECK(nobody->field == "agent_id");
  REQUIRE_FALSE(files.unlock("/p/core/**", "ada", kHour));
  files.unlock("/p/core/**", "bob", kHour);
  files.enrol(files.alice, "ada");  // again
  CHECK(files.may_write("/p/core/a.cpp"));
  REQUIRE(files.state.release_lease({files.alice, 0}, files.own, ++files.now, files.changes));
  files.state.end_session(files.alice, ++files.now, files.changes);
  files.changes.clear();
  files.enrol(files.bob, "ada");
  CHECK(files.state.protection_against(FilesFixture::at("/p/core/a.cpp"), "ada", files.now) != nullptr);
  CHECK(files.state.protection_against(FilesFixture::at("/p/core/a.cpp"), "bob", files.now) == nullptr);
  CHECK(of_kind<UnlockSaved>(files.changes).size() == 1);
}

TEST_CASE("an unlock of one file does not open a pattern that has more") {
  ProtectionFixture files;
  files.protect("/p/core/**");
  files.unlock("/p/core/a*", "ada", kHour);
  CHECK(files.may_write("/p/core/a.cpp"));
  CHECK_FALSE(files.may_write("/p/core/b.cpp"));
}

TEST_CASE("a protected file is known under its other names") {
  ProtectionFixture files;
  LeasePath file = FilesFixture::at("/p/core.cpp");
  file.device = 1;
  file.inode = 77;
  files.state.protect({files.bob, 0}, {file, "", false}, ++files.now, files.changes);
  LeasePath other = FilesFixture::at("/p/link.cpp");
  CHECK(files.state.protection_against(other, "ada", files.now) == nullptr);
  other.device = 1;
  other.inode = 77;
  CHECK(files.state.protection_against(other, "ada", files.now) != nullptr);
}

TEST_CASE("protections are stored, changed, and taken back") {
  ProtectionFixture files;
  REQUIRE_FALSE(files.protect("/p/core/**"));
  REQUIRE_FALSE(files.protect("/p/core/**"));  // the same once more is no news
  CHECK(of_kind<ProtectionSaved>(files.changes).size() == 1);
  REQUIRE_FALSE(files.protect("/p/core/**", false, "another reason"));
  CHECK(files.state.protections().size() == 1);
  REQUIRE_FALSE(files.protect("/p/core/**", true));
  CHECK(of_kind<ProtectionSaved>(files.changes).back().removed);
  CHECK(files.may_write("/p/core/a.cpp"));
  CHECK(files.protect("/p/core/**", true)->code == ErrorCode::not_found);
  CHECK(files.audited() ==
        std::vector<std::string>{"protection_added", "protection_added", "protection_removed"});
}

TEST_CASE("what the configuration protects, only the configuration releases") {
  FilesFixture files;
  Protection configured;
  configured.path = FilesFixture::at("/**/.env");
  configured.configured = true;
  files.state = State(Thresholds{}, StateSeed{}, LoopPolicy::advise, {}, {configured});
  bool resumed = false;
  files.alice = files.state.open_session(session_named("a"), resumed, files.changes).key;
  const LeaseKey lease = files.lease(files.alice, "/p/**");
  CHECK_FALSE(files.begin(files.alice, lease, "/p/sub/.env"));
  const ProtectCommand command{FilesFixture::at("/**/.env"), "", true};
  CHECK(files.state.protect({files.alice, 0}, command, ++files.now, files.changes)->code ==
        ErrorCode::conflict);
  CHECK(of_kind<ProtectionSaved>(files.changes).empty());
}

TEST_CASE("a name that is protected wherever it is, is not looked for on the whole machine") {
  ProtectionFixture files;
  const std::size_t before = files.state.watch_targets().size();
  files.protect("/**/.env");
  files.protect("/*/x");
  CHECK(files.state.watch_targets().size() == before);
  CHECK(files.state.standing_of("/p/sub/.env", files.now).protection != nullptr);
  files.protect("/q/**/.env");
  CHECK(files.state.watch_targets().size() == before + 1);
}

TEST_CASE("protections and unlocks survive a restart") {
  ProtectionFixture files;
  files.protect("/p/core/**");
  files.unlock("/p/core/a.cpp", "ada", kHour);
  StateSeed seed;
  seed.protections.push_back(of_kind<ProtectionSaved>(files.changes)[0].protection);
  seed.unlocks.push_back(of_kind<UnlockSaved>(files.changes)[0].unlock);
  const State later(Thresholds{}, std::move(seed));
  CHECK(later.protection_against(FilesFixture::at("/p/core/b.cpp"), "ada", files.now) != nullptr);
  CHECK(later.protection_against(FilesFixture::at("/p/core/a.cpp"), "ada", files.now) == nullptr);
}
