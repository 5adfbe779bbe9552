#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

// stubborn FILE [LOCK|- [FORKS]]: what a careless agent leaves behind. A process with no parent, in a session
// of its own, that does not mind SIGTERM; its pid is in FILE. With LOCK it holds that file's lock, as the
// daemon does. With FORKS it becomes another process so many times before it settles. It ends by itself after
// a while, so that a test that fails leaves nothing.
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (::fork() != 0) return 0;
  ::setsid();
  if (::fork() != 0) return 0;
  ::signal(SIGTERM, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  for (int forks = argc > 3 ? std::atoi(argv[3]) : 0; forks > 0; --forks) {
    if (::fork() != 0) ::_exit(0);
  }
  const std::string lock_file = argc > 2 ? argv[2] : "-";
  if (lock_file != "-") {
    const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT, 0600);
    struct flock wanted {};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    if (::fcntl(lock, F_SETLK, &wanted) != 0) return 3;
  }
  const std::string name = argv[1];
  const std::string beside = name + ".new";
  std::FILE* file = std::fopen(beside.c_str(), "w");
  if (file == nullptr) return 1;
  std::fprintf(file, "%d", static_cast<int>(::getpid()));
  std::fclose(file);
  std::rename(beside.c_str(), name.c_str());
  for (int fd = 0; fd <= 2; ++fd) ::close(fd);
  ::alarm(300);
  for (;;) ::pause();
}
