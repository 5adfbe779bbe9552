#include "tests/daemon/state/daemon_fixture.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "daemon/lifecycle/server.hpp"
#include "daemon/store/open_store.hpp"
#include "daemon/store/reopening_store.hpp"
#include "daemon/support/run_io.hpp"
#include "ipc/socket_address.hpp"

namespace governor::daemon::test {
namespace {

std::atomic<std::int64_t> clock_us{1'769'860'800'000'000};

std::int64_t next_us() {
  if (DaemonFixture::clock_fails_after.load() >= 0 && DaemonFixture::clock_fails_after-- == 0)
    throw std::runtime_error("the clock has stopped");
  return ++clock_us;
}

bool process_is_gone(const core::SessionProcess&) {
  return DaemonFixture::processes_gone;
}

}  // namespace

std::atomic<bool> DaemonFixture::processes_gone{false};
std::atomic<int> DaemonFixture::clock_fails_after{-1};

void DaemonFixture::advance_clock(std::chrono::microseconds by) {
  clock_us += by.count();
}

void DaemonFixture::set_clock(std::chrono::microseconds since_1970) {
  clock_us = since_1970.count();
}

DaemonFixture::DaemonFixture(Settings settings) : settings_(std::move(settings)) {
  processes_gone = false;
  ::signal(SIGPIPE, SIG_IGN);  // as the daemon does
  start();
}

DaemonFixture::~DaemonFixture() {
  if (server_ && !stop()) std::terminate();  // a destructor cannot say it in another way
}

ipc::UniqueFd DaemonFixture::listen() const {
  ::unlink(socket().c_str());
  auto fd = ipc::make_stream_socket();
  const auto address = ipc::socket_address(socket());
  if (!fd || !address || ::bind(fd->get(), address->get(), address->length) != 0 ||
      ::listen(fd->get(), 128) != 0) {
    throw std::runtime_error("cannot listen at " + socket());
  }
  return *std::move(fd);
}

void DaemonFixture::start() {
  auto opened = open_store(directory_.path());
  if (!opened) throw std::runtime_error(opened.error().message);
  auto seed = opened->store->load_seed();
  if (!seed) throw std::runtime_error(seed.error().message);
  ServerFacts facts;
  facts.build = "0.1.0+1.test";
  facts.version = "0.1.0";
  facts.pid = ::getpid();
  facts.user = "tester";
  facts.socket = socket();
  facts.state_directory = directory_.path();
  facts.started = std::chrono::steady_clock::now();
  Server::Settings settings;
  settings.state = {core::Thresholds{}, core::LoopPolicy::advise, settings_.max_loaded_agents, next_us,
                    process_is_gone};
  settings.state.alerts = settings_.alerts;
  settings.state.files_interval = settings_.files_interval;
  settings.alert_command = settings_.alert_command;
  settings.idle_exit = settings_.idle_exit;
  settings.files = settings_.files;
  settings.evidence = settings_.evidence;
  settings.watchdog = settings_.watchdog;
  settings.state.file_work_limit = settings_.file_work_limit;
  settings.state.protections = settings_.protections;
  if (settings_.launcher) settings.launcher = settings_.launcher();
  settings.state.deployment_limits = settings_.deployment_limits;
  settings.state.registry_interval = settings_.registry_interval;
  settings.state.lease_policy = settings_.lease_policy;
  settings.git_environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
                              "HOME=" + directory_.path(), "GIT_CONFIG_NOSYSTEM=1"};
  settings.listen_again = [this] { return ipc::Result<ipc::UniqueFd>(listen()); };
  io_ = std::make_unique<boost::asio::io_context>();
  server_ = std::make_unique<Server>(
      *io_, std::move(facts),
      std::make_unique<GatedStore>(std::make_unique<ReopeningStore>(std::move(opened->store)), gate_),
      *std::move(seed), std::move(settings), listen());
  server_->start();
  running_ = settings_.io_threads;
  for (int i = 0; i < settings_.io_threads; ++i) {
    threads_.emplace_back([this] {
      run_io(*io_);
      const std::lock_guard lock(mutex_);
      --running_;
      ended_.notify_all();
    });
  }
}

bool DaemonFixture::ends_within(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, time, [this] { return running_ == 0; });
}

void DaemonFixture::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  server_.reset();
  io_.reset();
}

void DaemonFixture::begin_stop() {
  server_->stop("the test is over");
}

bool DaemonFixture::stop() {
  gate_->release_all();
  begin_stop();
  if (!ends_within(std::chrono::seconds(20))) return false;
  join();
  return true;
}

void DaemonFixture::restart() {
  if (server_ && !stop()) throw std::runtime_error("the daemon does not stop");
  start();
}

const Counters& DaemonFixture::counters() const {
  return server_->counters();
}

std::int64_t DaemonFixture::stored(const std::string& query) const {
  SQLite::Database db(database_path(directory_.path()), SQLite::OPEN_READONLY, 5000);
  return db.execAndGet(query).getInt64();
}

}  // namespace governor::daemon::test
