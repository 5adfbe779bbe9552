// What governor-gateway has refused, for the audit log: its clients never reach the daemon themselves.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/server/gateway_session.hpp"
#include "daemon/tools/server/tools.hpp"

namespace governor::daemon {
namespace {

/// Several of one kind together, as the gateway has counted them.
struct GatewayRefusal {
  std::string code;
  std::int64_t status = 0;
  std::string place;
  std::string request;  ///< the newest of them
  std::int64_t count = 1;
  std::int64_t seconds = 0;  ///< within which they came; 0: it is the first, told at once
  std::int64_t lost = 0;     ///< refusals before it of which the gateway could not tell
};

std::string in_words(const GatewayRefusal& refusal, std::int64_t gateway_pid) {
  std::string text = refusal.seconds == 0 ? fmt::format("{}: {}", refusal.request, refusal.code)
                                          : fmt::format("{} more within {} s at {}: {}", refusal.count,
                                                        refusal.seconds, refusal.place, refusal.code);
  if (refusal.status > 0) text += fmt::format(" ({})", refusal.status);
  if (refusal.seconds > 0) text += fmt::format(", the newest: {}", refusal.request);
  if (refusal.lost > 0) text += fmt::format("; {} before could not be told", refusal.lost);
  return text + fmt::format(", by {} with pid {}", kGatewayClient, gateway_pid);
}

class NoteRefusalCall final : public ToolCall {
 public:
  explicit NoteRefusalCall(GatewayRefusal refusal) : refusal_(std::move(refusal)) {}

  Step run(CallContext& context) override {
    const core::Session* gateway = gateway_session(context);
    if (gateway == nullptr) {
      return core::Error(core::ErrorCode::not_owner,
                         "governor/note_refusal is for governor-gateway, which says so in governor/hello.",
                         "Nothing else has such refusals to tell of.");
    }
    // Nobody whom the daemon knows has done anything: a part of governor has refused a stranger.
    context.state.audit({}, "gateway_refused", 0, in_words(refusal_, gateway->process.pid), context.now_us,
                        context.changes);
    std::string text;
    JsonWriter(text).begin_object().field("noted", true).end_object();
    return text;
  }

 private:
  GatewayRefusal refusal_;
};

constexpr std::int64_t kMostCounted = 1'000'000'000;

constexpr Parameter kNoteRefusalParameters[] = {
    text("code", 64).required("the code of the refusal"),
    integer("status", 100, 599),
    text("place", 64),
    text("request", 512),
    integer("count", 1, kMostCounted).otherwise(1),
    integer("seconds", 0, kMostCounted).otherwise(0),
    integer("lost", 0, kMostCounted).otherwise(0),
};

ParsedCall parse_note_refusal(Arguments& arguments, const ToolEnvironment&) {
  GatewayRefusal refusal;
  refusal.code = arguments.text("code").value_or("");
  refusal.status = arguments.integer("status");
  refusal.place = arguments.text("place").value_or("");
  refusal.request = arguments.text("request").value_or("");
  refusal.count = arguments.integer("count");
  refusal.seconds = arguments.integer("seconds");
  refusal.lost = arguments.integer("lost");
  return std::make_unique<NoteRefusalCall>(std::move(refusal));
}

}  // namespace

GovernorRequest note_refusal_request() {
  return {{"governor/note_refusal", Effect::cumulative, kNoteRefusalParameters, parse_note_refusal},
          core::Role::person};
}

}  // namespace governor::daemon
