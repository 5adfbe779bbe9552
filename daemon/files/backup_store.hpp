#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace governor::daemon {

/// Contents of files by their SHA-256: each content once, compressed, in a file of its own. Which file had
/// which content when, the database knows. Everything that touches the disk is for file threads, of which
/// several may use it at the same time; nothing is touched before the first use.
class BackupStore {
  struct Uses;

 public:
  /// Keeps a content from being removed until its place in the database is known. Any thread; it may outlive
  /// the store, as calls that are given up do.
  class Pin {
   public:
    Pin() = default;
    Pin(Pin&&) noexcept = default;
    Pin& operator=(Pin&& other) noexcept;
    ~Pin() { release(); }
    void release();

   private:
    friend class BackupStore;
    Pin(std::shared_ptr<Uses> uses, std::string sha256)
        : uses_(std::move(uses)), sha256_(std::move(sha256)) {}
    std::shared_ptr<Uses> uses_;
    std::string sha256_;
  };

  struct Stored {
    std::string sha256;
    std::uint64_t bytes = 0;  ///< on the disk
    bool is_new = false;
    Pin pin;
  };

  /// The directory is made when the first content is put into it.
  explicit BackupStore(std::string directory) : directory_(std::move(directory)) {}
  BackupStore(const BackupStore&) = delete;
  BackupStore& operator=(const BackupStore&) = delete;
  ~BackupStore() { settle(); }

  /// When a content is on the disk for sure, whatever happens to the machine.
  enum class Durable {
    at_once,  ///< before `put` returns
    soon      ///< with the next `settle`: for what is elsewhere as well, and somebody waits
  };
  /// `sha256` must be that of `content`.
  core::Result<Stored> put(std::string_view content, const std::string& sha256,
                           Durable durable = Durable::at_once);
  /// Brings to the disk what was put to be there soon.
  void settle();
  /// Any thread.
  [[nodiscard]] bool has_unsettled() const { return unsettled_count_.load(std::memory_order_relaxed) > 0; }
  /// `not_found` if it is not kept (any more), `storage_unavailable` if what lies there is damaged.
  [[nodiscard]] core::Result<std::string> get(const std::string& sha256) const;
  [[nodiscard]] bool has(const std::string& sha256) const;
  /// All contents together, on the disk.
  [[nodiscard]] std::uint64_t total_bytes();

  /// A moment in the store's life, to be taken before the database is asked what may go. Any thread.
  [[nodiscard]] std::uint64_t moment() const;
  /// Removes a content that no row of the database named at `since` or later. One that was put or released
  /// after that moment stays: the database may have learned of it since.
  bool remove(const std::string& sha256, std::uint64_t since);
  /// Some of the contents that there are; with each call others, until all have had their turn. For finding
  /// those that no row of the database names, as after a crash.
  std::vector<std::string> some_contents();
  /// Forgets what it knows of moments before `since`; nobody may ask for them any more.
  void forget_before(std::uint64_t since);

 private:
  struct Use {
    int pins = 0;
    std::uint64_t last = 0;
  };
  /// Who uses which content. Its mutex is never held for long.
  struct Uses {
    std::mutex mutex;
    std::uint64_t moment = 0;
    std::unordered_map<std::string, Use> of;
  };

  [[nodiscard]] std::string folder_of(const std::string& sha256) const;
  [[nodiscard]] std::string path_of(const std::string& sha256) const;
  void scan();
  core::Result<Stored> write(std::string_view content, Stored stored, Durable durable);
  void settle_locked();
  /// Durably, since the contents in it would go with it.
  [[nodiscard]] std::optional<core::Error> make_folder(const std::string& folder, Durable durable) const;
  Pin pin(const std::string& sha256);

  std::string directory_;
  std::mutex disk_mutex_;  ///< over what follows, and held while contents come and go
  bool scanned_ = false;
  std::set<std::string> unsettled_;
  std::atomic<std::size_t> unsettled_count_{0};
  std::uint64_t total_bytes_ = 0;
  unsigned next_folder_ = 0;
  const std::shared_ptr<Uses> uses_ = std::make_shared<Uses>();
};

}  // namespace governor::daemon
