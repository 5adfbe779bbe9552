#include <poll.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/top/feed.hpp"
#include "ctl/top/keys.hpp"
#include "ctl/top/screen.hpp"
#include "ctl/top/view.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

constexpr std::chrono::seconds kTopPatience{10};
constexpr std::chrono::milliseconds kTopPace{1000};

struct TopRequest {
  bool once = false;
  std::string filter;
  std::string sort = "urgency";
  std::size_t agents = 500;
};

top::View view_of(const TopRequest& request) {
  top::View view;
  view.filter = request.filter;
  for (std::size_t i = 0; i < top::kSorts; ++i)
    if (request.sort == top::name_of(static_cast<top::Sort>(i))) view.sort = static_cast<top::Sort>(i);
  return view;
}

std::size_t width_of_output(const Context& context) {
  constexpr std::size_t kUsual = 100;
  const std::string_view typed = context.environment.lookup("COLUMNS").value_or("");
  std::size_t width = 0;
  const auto [end, failure] = std::from_chars(typed.data(), typed.data() + typed.size(), width);
  const bool is_number = failure == std::errc() && end == typed.data() + typed.size();
  return is_number && width >= 20 && width <= 1000 ? width : kUsual;
}

/// All there is, as text.
int show_once(const Context& context, const TopRequest& request) {
  const auto deadline = ipc::Deadline::after(kTopPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  top::ModelReader reader;
  auto overview = call_method(*client, "governor/overview", reader.next_request(request.agents), deadline);
  if (!overview) return report_failure(context, overview.error());
  // Who there is, is known now; what they did of late is asked for with that.
  (void)reader.read(*overview, top::ModelReader::Clock::now());
  reader.forget_rates();
  overview = call_method(*client, "governor/overview", reader.next_request(request.agents), deadline);
  if (!overview) return report_failure(context, overview.error());
  if (context.json) {
    context.out << ipc::plain_json(*overview) << '\n';
    return static_cast<int>(ExitCode::done);
  }
  constexpr std::size_t kAllLines = 10'000;
  top::View view = view_of(request);
  auto lines = top::lines_of(context, reader.read(*overview, top::ModelReader::Clock::now()), view,
                             {width_of_output(context), kAllLines});
  lines.pop_back();  // the keys
  context.out << top::plain_text(lines);
  return static_cast<int>(ExitCode::done);
}

/// Whether the terminal is still there.
bool wait_for_news(const top::Feed& feed) {
  std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{feed.descriptor(), POLLIN, 0}};
  // A terminal that changes its size interrupts this; one that does so right before is seen with the next
  // look.
  const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(2 * kTopPace.count()));
  if (ready < 0) return errno == EINTR;
  return (watched[0].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

int show_live(const Context& context, const TopRequest& request) {
  auto client = connect_to_daemon(context, ipc::Deadline::after(kTopPatience));
  if (!client) return report_failure(context, client.error());
  auto screen = top::Screen::open(context.colour);
  if (!screen)
    return report_failure(context, screen.error(), "for one picture as text: governorctl top --once");
  top::View view = view_of(request);
  view.ascii = !(*screen)->shows_utf8();
  top::Model model;
  view.trouble = "asking the daemon";
  top::Feed feed(context, *std::move(client), request.agents, kTopPace);
  do {
    if (auto glance = feed.take()) {
      view.trouble = glance->trouble;
      if (glance->model) model = *std::move(glance->model);
    }
    while (const auto key = (*screen)->next_key())
      if (top::press(*key, model, view)) return static_cast<int>(ExitCode::done);
    (*screen)->draw(top::lines_of(context, model, view, (*screen)->size()));
  } while (wait_for_news(feed));
  return static_cast<int>(ExitCode::done);
}

int run_top(const Context& context, const TopRequest& request) {
  if (request.once || context.json) return show_once(context, request);
  if (!top::has_screen() || !context.out_on_terminal || ::isatty(STDIN_FILENO) != 1) {
    const char* why = top::has_screen() ? "top needs a terminal"
                                        : "this governorctl was built without ncurses, which top needs";
    return report_failure(context, ipc::Error{ipc::Errc::not_found, 0, why},
                          "for one picture as text: governorctl top --once");
  }
  return show_live(context, request);
}

}  // namespace

void add_top(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("top", "A live view: what needs you first, agents, leases, deployments");
  const auto request = std::make_shared<TopRequest>();
  command->add_flag("--once", request->once, "One picture as text, for no terminal");
  command->add_option("--filter", request->filter, "Only agents with this in id, client or purpose");
  command->add_option("--sort", request->sort, "In which order agents are shown")
      ->check(CLI::IsMember({"urgency", "risk", "updates", "latest", "name"}))
      ->capture_default_str();
  command->add_option("--agents", request->agents, "How many agents at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_top(context, *request); };
  });
}

}  // namespace governor::ctl
