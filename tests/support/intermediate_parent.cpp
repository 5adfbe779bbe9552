// Runs a program as its child, with its own standard streams, says the child's pid on standard error, and
// lives until it is killed: a parent that can die without its child's input coming to an end.
#include <unistd.h>

#include <string>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const pid_t child = ::fork();
  if (child < 0) return 1;
  if (child == 0) {
    ::execve(argv[1], argv + 1, environ);
    ::_exit(127);
  }
  const std::string line = std::to_string(child) + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return 1;
  for (;;) ::pause();
}
