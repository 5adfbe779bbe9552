// A coding tool as its hooks see it: a process that lives on, and for every line of its input starts the hook
// given as arguments, with that line as the hook's input. What the hook answers goes to our output.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  for (std::string line; std::getline(std::cin, line);) {
    std::FILE* input = std::tmpfile();
    if (input == nullptr || std::fwrite(line.data(), 1, line.size(), input) != line.size()) return 1;
    std::rewind(input);
    const pid_t child = ::fork();
    if (child < 0) return 1;
    if (child == 0) {
      ::dup2(::fileno(input), STDIN_FILENO);
      ::execv(argv[1], argv + 1);
      ::_exit(127);
    }
    std::fclose(input);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
  }
}
