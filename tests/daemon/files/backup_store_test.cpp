#include "daemon/files/backup_store.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/support/sha256.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;
using namespace governor::daemon;
using governor::TemporaryDirectory;
using governor::core::ErrorCode;
using governor::daemon::test::write_file;

namespace {

struct Shelf {
  Shelf() : directory_path(directory.file("file_backups")) { open(); }
  void open() { store = std::make_unique<BackupStore>(directory_path); }
  std::string put(const std::string& content) {
    auto stored = store->put(content, sha256_hex(content));
    REQUIRE(stored);
    return stored->sha256;
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory_path))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  std::string path_of(const std::string& sha256) const {
    return directory_path + "/" + sha256.substr(0, 2) + "/" + sha256;
  }

  TemporaryDirectory directory;
  std::string directory_path;
  std::unique_ptr<BackupStore> store;
};

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + " of a file that somebody needs\n";
  return text;
}

}  // namespace

TEST_CASE("what was put comes back byte for byte, whatever it is") {
  Shelf shelf;
  std::string bytes(1 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
  for (const std::string& content :
       {std::string(), std::string("x"), std::string("a\0b", 3), lines(5000), bytes}) {
    const std::string sha256 = shelf.put(content);
    const auto got = shelf.store->get(sha256);
    REQUIRE(got);
    CHECK(*got == content);
  }
}

TEST_CASE("backups survive a restart, and so does their size") {
  Shelf shelf;
  const std::string sha256 = shelf.put(lines(1000));
  const std::uint64_t total = shelf.store->total_bytes();
  shelf.open();
  CHECK(shelf.store->total_bytes() == total);
  CHECK(*shelf.store->get(sha256) == lines(1000));
}

TEST_CASE("text takes a fraction of its size, and one content is kept once") {
  Shelf shelf;
  const std::string text = lines(2000);
  auto first = shelf.store->put(text, sha256_hex(text));
  auto second = shelf.store->put(text, sha256_hex(text));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->is_new);
  CHECK_FALSE(second->is_new);
  CHECK(first->bytes == second->bytes);
  CHECK(first->bytes < text.size() / 4);
  CHECK(shelf.store->total_bytes() == first->bytes);
  CHECK(shelf.files() == 1);
}

TEST_CASE("only this user may read backups") {
  Shelf shelf;
  const std::string sha256 = shelf.put("secret");
  struct stat info;
  REQUIRE(::stat(shelf.path_of(sha256).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(::stat(shelf.directory_path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("a content that is not kept, and a text that is no hash, are not found") {
  Shelf shelf;
  CHECK(shelf.store->get(sha256_hex("never")).error().code == ErrorCode::not_found);
  CHECK(shelf.store->get("../../etc/passwd").error().code == ErrorCode::not_found);
  CHECK_FALSE(shelf.store->has("../../etc/passwd"));
  CHECK_FALSE(shelf.store->remove("../../etc/passwd", ~0ull));
}

TEST_CASE("a damaged backup is told from a good one, and repaired by the next of its content") {
  Shelf shelf;
  const std::string text = lines(100);
  const std::string sha256 = shelf.put(text);
  const std::string path = shelf.path_of(sha256);
  SECTION("cut off") {
    fs::resize_file(path, fs::file_size(path) / 2);
  }
  SECTION("other bytes") {
    write_file(path, "something else");
  }
  SECTION("empty") {
    write_file(path, "");
  }
  SECTION("another content") {
    const std::string other = shelf.put("other");
    fs::copy_file(shelf.path_of(other), path, fs::copy_options::overwrite_existing);
  }
  const auto got = shelf.store->get(sha256);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == ErrorCode::storage_unavailable);
  shelf.put(text);
  CHECK(*shelf.store->get(sha256) == text);
}

TEST_CASE("where no backup can be kept, that is no fault of the caller's file") {
  Shelf shelf;
  write_file(shelf.directory_path, "in the place of the directory");
  const auto stored = shelf.store->put("x", sha256_hex("x"));
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == ErrorCode::storage_unavailable);
  CHECK(stored.error().field.empty());
  CHECK(stored.error().message.find(shelf.directory_path) != std::string::npos);
}

TEST_CASE("what a crash left unfinished is no backup") {
  Shelf shelf;
  const std::string sha256 = shelf.put("text");
  const std::string folder = fs::path(shelf.path_of(sha256)).parent_path();
  write_file(folder + "/.unfinished-1-1", "half");
  shelf.open();
  CHECK(shelf.store->total_bytes() == fs::file_size(shelf.path_of(sha256)));
}

TEST_CASE("a removed content is gone, and its room is free") {
  Shelf shelf;
  const std::string sha256 = shelf.put(lines(100));
  const std::string other = shelf.put("other");
  const std::uint64_t since = shelf.store->moment();
  CHECK(shelf.store->remove(sha256, since));
  CHECK_FALSE(shelf.store->has(sha256));
  CHECK(shelf.store->has(other));
  CHECK(shelf.store->total_bytes() == fs::file_size(shelf.path_of(other)));
  CHECK(shelf.store->remove(sha256, since));  // once more is no error
}

TEST_CASE("a content stays while its row in the database may be under way") {
  Shelf shelf;
  const std::string text = lines(10);
  const std::uint64_t before = shelf.store->moment();
  {
    auto stored = shelf.store->put(text, sha256_hex(text));
    REQUIRE(stored);
    CHECK_FALSE(shelf.store->remove(stored->sha256, shelf.store->moment()));
  }
  SECTION("one who asked the database before it was released does not know the row") {
    CHECK_FALSE(shelf.store->remove(sha256_hex(text), before));
  }
  SECTION("one who asks after that does") {
    const std::uint64_t since = shelf.store->moment();
    CHECK(shelf.store->remove(sha256_hex(text), since));
  }
  SECTION("forgetting old moments does not forget pins") {
    auto again = shelf.store->put(text, sha256_hex(text));
    shelf.store->forget_before(shelf.store->moment());
    CHECK_FALSE(shelf.store->remove(sha256_hex(text), shelf.store->moment()));
  }
}

TEST_CASE("a store that nobody uses makes no directory") {
  Shelf shelf;
  CHECK(shelf.store->total_bytes() == 0);
  CHECK_FALSE(shelf.store->has(sha256_hex("x")));
  CHECK_FALSE(fs::exists(shelf.directory_path));
}

TEST_CASE("several threads may put and remove at the same time") {
  Shelf shelf;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&shelf, thread] {
      for (int i = 0; i < 20; ++i) {
        const std::string text = lines(10 + (thread + i) % 5);
        auto stored = shelf.store->put(text, sha256_hex(text));
        if (stored) stored->pin.release();
        if (i % 4 == 0) shelf.store->remove(sha256_hex(text), shelf.store->moment());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(shelf.directory_path))
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  CHECK(shelf.store->total_bytes() == bytes);
}

TEST_CASE("a pin may outlive its store") {
  BackupStore::Pin pin;
  {
    Shelf shelf;
    auto stored = shelf.store->put("text", sha256_hex("text"));
    REQUIRE(stored);
    pin = std::move(stored->pin);
  }
  CHECK_NOTHROW(pin.release());
}
