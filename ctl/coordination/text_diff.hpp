#pragma once

#include <string>
#include <string_view>

namespace governor::ctl {

/// How the lines of one text become those of another: the hunks of a unified diff, with three unchanged lines
/// around each change. Empty if the texts are the same. Texts with very many differences are shown as fewer
/// and larger changes than would do.
std::string text_diff(std::string_view before, std::string_view after);

/// Bytes of which a diff would mean nothing to a person.
bool is_binary(std::string_view content);

}  // namespace governor::ctl
