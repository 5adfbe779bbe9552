// Every named point of the exchange of a file's content, one after the other.
#include <filesystem>

#include "daemon/files/file_slot.hpp"
#include "daemon/files/leftovers.hpp"
#include "tests/daemon/files/slot_change.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_walk.hpp"
#include "tests/support/forked_child.hpp"

namespace governor::daemon::test {
namespace {

using ipc::ArmedFault;
using ipc::Fault;
using ipc::FaultPoint;

/// Whether the file was changed, as far as the writer knows.
bool change_content(const std::string& path, const std::string& content) {
  auto slot = FileSlot::open(path);
  if (!slot) return false;
  remove_leftovers(slot->directory_path(), slot->directory(), [](const std::string&) { return true; });
  const auto old = slot->read(1 << 20);
  return old && !replace(*slot, content, *old);
}

void check_whole_and_writable(const std::string& path, bool is_new, bool was_there) {
  const bool exists = std::filesystem::exists(path);
  if (is_new) {
    REQUIRE(read_file(path) == "new");
  } else if (was_there || exists) {
    const std::string content = read_file(path);
    REQUIRE((content == "new" || (was_there && content == "old")));
  }
  REQUIRE(change_content(path, "newest"));
  REQUIRE(read_file(path) == "newest");
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path()))
    REQUIRE(entry.path().filename() == "file");
}

TEST_CASE("an exchange that fails or ends at any point leaves the old content or the new one") {
  for (const FaultPoint point : tests::fault_points_of("exchange")) {
    for (const bool was_there : {true, false}) {
      for (const auto mode : {Fault::Mode::once, Fault::Mode::every, Fault::Mode::end}) {
        INFO(ipc::name_of(point) << (was_there ? ", replaced" : ", new"));
        const TemporaryDirectory directory;
        const std::string path = std::filesystem::canonical(directory.path()).string() + "/file";
        if (was_there) write_file(path, "old");
        bool is_new = false;
        if (mode == Fault::Mode::end) {
          tests::ForkedChild child([&] {
            const ArmedFault fault(point, mode);
            return change_content(path, "new") ? 0 : 1;
          });
          const bool has_no_second_name = !was_there && point == FaultPoint::exchange_second_name;
          REQUIRE(child.wait() == (has_no_second_name ? 0 : 137));
        } else {
          const ArmedFault fault(point, mode);
          is_new = change_content(path, "new");
        }
        check_whole_and_writable(path, is_new, was_there);
      }
    }
  }
}

}  // namespace
}  // namespace governor::daemon::test
