#include "tests/support/load.hpp"

#include <map>

#include "tests/support/until.hpp"

namespace governor::test {
namespace {

constexpr std::size_t kShownErrors = 20;

/// Another value for every update of a load, between 0 and 1.
double mark_of(std::size_t client, std::int64_t number) {
  return static_cast<double>(client * 1'000'000 + static_cast<std::size_t>(number)) / 1e8;
}

}  // namespace

Load::Load(std::vector<std::unique_ptr<Conversation>> clients, Plan plan) : plan_(std::move(plan)) {
  for (auto& conversation : clients) clients_.push_back({std::move(conversation), {}, {}});
}

Load::~Load() {
  stop();
}

void Load::start() {
  for (std::size_t i = 0; i < clients_.size(); ++i) threads_.emplace_back([this, i] { run(i); });
}

bool Load::wait_for_progress(std::uint64_t more, ipc::Deadline deadline) const {
  const std::uint64_t goal = acknowledged() + more;
  return until(deadline, [&] { return acknowledged() >= goal; });
}

void Load::stop() {
  stopping_ = true;
  join();
}

void Load::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Load::end_clients() {
  for (auto& client : clients_) client.conversation.reset();
}

void Load::run(std::size_t index) {
  try {
    converse(index);
  } catch (const std::exception& error) {
    clients_[index].errors.emplace_back(error.what());
  }
}

void Load::converse(std::size_t index) {
  Client& client = clients_[index];
  Conversation& conversation = *client.conversation;
  const std::string agent = plan_.agent(static_cast<int>(index));
  conversation.initialize(ipc::Deadline::after(plan_.silence * kSlowness));
  std::map<std::int64_t, double> open;
  std::int64_t sent = 0;
  const auto may_send = [&] { return plan_.updates == 0 ? !stopping_ : sent < plan_.updates; };
  while (may_send() || !open.empty()) {
    while (may_send() && open.size() < static_cast<std::size_t>(plan_.window)) {
      const double mark = mark_of(index, ++sent);
      open[conversation.ask_tool("process_agent_update", {{"agent_id", agent}, {"complexity", mark}})] = mark;
    }
    const Answer answer = conversation.next_answer(ipc::Deadline::after(plan_.silence * kSlowness));
    const auto asked = open.find(answer.id);
    if (asked == open.end()) {
      client.errors.push_back("an answer to nothing: " + boost::json::serialize(answer.message));
      continue;
    }
    note(client, answer, asked->second);
    open.erase(asked);
  }
}

void Load::note(Client& client, const Answer& answer, double mark) {
  try {
    const auto& content = answer.content();
    client.updates.push_back({std::string(content.at("agent_id").as_string()),
                              content.at("update").to_number<std::int64_t>(), mark});
    ++acknowledged_;
  } catch (const std::exception& error) {
    client.errors.emplace_back(error.what());
  }
}

std::vector<Update> Load::updates() const {
  std::vector<Update> all;
  for (const auto& client : clients_) all.insert(all.end(), client.updates.begin(), client.updates.end());
  return all;
}

std::vector<std::string> Load::errors() const {
  std::vector<std::string> all;
  for (const auto& client : clients_) all.insert(all.end(), client.errors.begin(), client.errors.end());
  if (all.size() > kShownErrors) {
    const auto more = all.size() - kShownErrors;
    all.resize(kShownErrors);
    all.push_back("and " + std::to_string(more) + " more");
  }
  return all;
}

}  // namespace governor::test
