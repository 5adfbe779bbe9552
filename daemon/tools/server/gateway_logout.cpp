// Browsers that governor-gateway has logged out, for the audit log: it alone knows of browsers.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/server/gateway_session.hpp"
#include "daemon/tools/server/tools.hpp"

namespace governor::daemon {
namespace {

class NoteLogoutCall final : public ToolCall {
 public:
  NoteLogoutCall(std::int64_t browsers, std::string by) : browsers_(browsers), by_(std::move(by)) {}

  Step run(CallContext& context) override {
    const core::Session* gateway = gateway_session(context);
    if (gateway == nullptr) {
      return core::Error(core::ErrorCode::not_owner,
                         "governor/note_logout is for governor-gateway, which says so in governor/hello.",
                         "Nothing else knows of browsers.");
    }
    // Which person it was, nobody knows: one at a browser that was logged in, or at a terminal.
    context.state.audit(
        {}, "gateway_logout", 0,
        fmt::format("{} {} logged out {}, by {} with pid {}", browsers_,
                    browsers_ == 1 ? "browser" : "browsers",
                    by_ == "page" ? "on the page" : "with governorctl", kGatewayClient, gateway->process.pid),
        context.now_us, context.changes);
    std::string text;
    JsonWriter(text).begin_object().field("noted", true).end_object();
    return text;
  }

 private:
  std::int64_t browsers_;
  std::string by_;
};

constexpr Parameter kNoteLogoutParameters[] = {
    integer("browsers", 0, 1000).required("how many"),
    choice("by", "page governorctl").required("where it was said"),
};

ParsedCall parse_note_logout(Arguments& arguments, const ToolEnvironment&) {
  const std::int64_t browsers = arguments.integer("browsers");
  return std::make_unique<NoteLogoutCall>(browsers, std::string(arguments.choice("by")));
}

}  // namespace

GovernorRequest note_logout_request() {
  return {{"governor/note_logout", Effect::cumulative, kNoteLogoutParameters, parse_note_logout},
          core::Role::person};
}

}  // namespace governor::daemon
