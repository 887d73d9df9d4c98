// What a running process takes, as the system and its own metrics tell.

#ifndef EVENLIGHT_BENCH_SERVER_WATCH_H_
#define EVENLIGHT_BENCH_SERVER_WATCH_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace evenlight {

class ServerProcess;

// The server to kill should Check() end the program; null: none. Call it with
// null before the server is destroyed.
void KillAtExit(ServerProcess* server);

// Memory in bytes: now, and the most since it started. 0 if it is gone.
struct ProcessMemory {
  int64_t resident = 0;
  int64_t peak = 0;
};
ProcessMemory MemoryOf(pid_t process);

// Bytes that it has had written to the disk; 0 if the system does not tell.
int64_t WrittenBytesOf(pid_t process);

// The address of metrics in a server's log; empty if there is none.
std::string MetricsAddressIn(const std::string& log);

// The samples that `address` shows, by name with labels. Ends the program if
// nobody answers.
std::map<std::string, double> MetricsOf(const std::string& address);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_SERVER_WATCH_H_
