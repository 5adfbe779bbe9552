#include "daemon/store/path_codec.hpp"

#include "daemon/store/open_store.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;

TEST_CASE("a path of a shared workspace is stored with its place there") {
  core::LeasePath path;
  path.pattern = core::PathPattern::literal("/p/\"shared\":{/a");
  path.shared = {"w", core::PathPattern::glob("/d/**")};
  core::LeasePath other;
  other.pattern = core::PathPattern::glob("/q/*");
  const auto read = decode_paths(encode_paths({path, other}));
  REQUIRE(read.size() == 2);
  CHECK(read[0].pattern == path.pattern);
  CHECK(read[0].shared.workspace == "w");
  CHECK(read[0].shared.path == path.shared.path);
  CHECK_FALSE(read[1].shared.is_known());
}

TEST_CASE("the fencing numbers of a daemon go on after its own, and not after those of a database") {
  test::TemporaryDirectory directory;
  core::Changes changes;
  for (const bool is_shared : {false, true}) {
    core::Lease lease;
    lease.key = is_shared ? 2 : 1;
    lease.fence = is_shared ? 4'294'967'299 : 5;
    core::LeasePath path;
    path.pattern = core::PathPattern::literal("/p/\"shared\":{/a");
    if (is_shared) path.shared.workspace = "w";
    lease.claim.paths = {path};
    lease.expires_us = 1;
    changes.emplace_back(core::LeaseSaved{lease});
  }
  auto opened = open_store(directory.path());
  REQUIRE(opened);
  REQUIRE_FALSE(opened->store->commit(changes));
  const auto seed = opened->store->load_seed();
  REQUIRE(seed);
  CHECK(seed->keys.fence == 5);
  CHECK(seed->keys.lease == 2);
  CHECK(seed->leases.at(1).claim.is_shared());
}
