#pragma once

#include <cstddef>
#include <cstdint>

namespace governor::daemon {

// Limits of arguments that several tools share, in bytes of UTF-8 unless the name says otherwise.
inline constexpr std::size_t kMaxTokenBytes = 128;
inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxReasonBytes = 1024;
inline constexpr std::size_t kMaxFileReasonBytes = 500;  ///< why a file is leased, restored or unlocked
inline constexpr std::size_t kMaxFileNoteBytes = 500;    ///< what a version of a file is about
inline constexpr std::size_t kMaxPurposeBytes = 1024;
inline constexpr std::size_t kMaxNotesBytes = 16 * 1024;  ///< what agents write down about themselves
inline constexpr std::size_t kMaxTags = 32;               ///< their number
inline constexpr std::size_t kMaxTagBytes = 64;

inline constexpr std::int64_t kLongestPage = 500;  ///< items of a page of a list

inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

// How long a lease lasts, in seconds.
inline constexpr std::int64_t kDefaultLeaseTtl = 600;
inline constexpr std::int64_t kLongestLeaseTtl = 86'400;

}  // namespace governor::daemon
