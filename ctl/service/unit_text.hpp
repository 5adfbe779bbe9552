#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ctl {

/// The files of systemd/ and launchd/, with @installed_bindir@ and @installed_docdir@ in them.
extern const std::string_view kSocketTemplate;
extern const std::string_view kServiceTemplate;
extern const std::string_view kGatewayTemplate;
extern const std::string_view kAgentTemplate;
extern const std::string_view kGatewayAgentTemplate;

/// Where an installation has its programs and documents.
struct InstalledPlaces {
  std::string programs;
  std::string documents;  ///< empty: it has none
};

/// A unit of systemd for these places. An error where a path has what no unit can say.
ipc::Result<std::string> unit_text(std::string_view unit_template, const InstalledPlaces& places);
/// An agent of launchd.
ipc::Result<std::string> agent_text(std::string_view agent_template, const InstalledPlaces& places);

/// Whether the text is of unit_text() or agent_text(): then it may be written anew and removed.
bool is_written_by_us(std::string_view text);

/// The program that a unit of systemd starts; nothing if it starts none.
std::optional<std::string> program_of_unit(std::string_view text);

}  // namespace governor::ctl
