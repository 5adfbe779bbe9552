#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/file_version.hpp"
#include "core/rewrite_loop.hpp"

namespace governor::core {

/// The files written last: what each held when governor last knew, and its recent rewrites. Older ones are
/// forgotten here, not in the store.
class FileTable {
 public:
  /// Whose rewrites are counted together: those of an agent, or of a session without one; 0: of nobody.
  static std::int64_t writer(AgentKey agent, SessionKey session) { return agent != 0 ? agent : -session; }

  static constexpr std::size_t kRememberedFiles = 20'000;

  struct File {
    FileVersion newest;
    RewriteWatch watch;
  };

  /// Null: nothing is remembered of the file.
  [[nodiscard]] const File* find(const std::string& path) const;
  /// Takes in the file's next version, also those of the store, oldest first. The place stays valid until the
  /// next call.
  File& add(FileVersion version);
  /// The newest content was written once more. The file must be remembered.
  File& note_rewrite(const std::string& path, std::int64_t time_us, std::int64_t writer);
  /// A person has looked at what this one did: its rewrites no longer count.
  void forget_rewrites(std::int64_t writer);
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] const std::list<File>& all() const { return files_; }

 private:
  std::list<File> files_;                                                   ///< the one written last in front
  std::unordered_map<std::string_view, std::list<File>::iterator> places_;  ///< keys lie in `newest.path`
};

}  // namespace governor::core
