#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace governor::daemon {

struct WatchEvent {
  enum class Kind {
    changed,   ///< the file is not what it was: written, replaced, moved, removed
    growing,   ///< its content changes, by somebody who has it open or cut it off
    appeared,  ///< a directory is there that was not
    vanished,  ///< a watched directory is gone
    overflow   ///< there was more than could be told: anything may have changed
  };
  Kind kind = Kind::changed;
  std::string path;  ///< empty for `overflow`
};

/// Tells of changes to the entries of directories, as the system reports them: not of who made them.
class DirectoryWatch {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  /// Called on the strand, with what came together.
  using Tell = std::function<void(std::vector<WatchEvent>)>;

  virtual ~DirectoryWatch() = default;

  // Any thread; both may block as long as the file system does. Once more is the same as once.
  /// `not_found` when there is no such directory, `limit_exceeded` when the system watches no more: then the
  /// directory is looked at instead, if it can be.
  virtual std::optional<core::Error> add(const std::string& directory) = 0;
  virtual void remove(const std::string& directory) = 0;
  /// No more events.
  virtual void stop() = 0;

  /// Whether there are directories of which the system tells nothing, so that `look` is needed now and then.
  [[nodiscard]] virtual bool needs_looks() const = 0;
  /// What has changed in those since the last look. Any thread; blocks on the disk.
  virtual std::vector<WatchEvent> look() = 0;
};

/// The system's own way of watching.
std::shared_ptr<DirectoryWatch> watch_directories(const DirectoryWatch::Strand& strand,
                                                  const DirectoryWatch::Tell& tell);

}  // namespace governor::daemon
