#include "daemon/lifecycle/governord.hpp"

int main(int argc, char** argv) {
  return governor::daemon::governord(argc, argv);
}
