// Lets one request of a key through at a time, so that two retries with one
// request id make one list.

#ifndef EVENLIGHT_SERVICES_SERVER_REQUEST_GATE_H_
#define EVENLIGHT_SERVICES_SERVER_REQUEST_GATE_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "core/mutex.h"

namespace evenlight {

// Thread-safe.
class RequestGate {
 public:
  // Inside the gate from construction to destruction.
  class Pass {
   public:
    // Waits while another holds a pass for `key`: as long as it takes to make
    // one list. The gate outlives the pass.
    Pass(RequestGate* gate, std::string key)
        : gate_(*gate), key_(std::move(key)) {
      MutexLock lock(gate_.mu_);
      while (!gate_.inside_.insert(key_).second) gate_.left_.Wait(gate_.mu_);
    }
    ~Pass() {
      {
        MutexLock lock(gate_.mu_);
        gate_.inside_.erase(key_);
      }
      gate_.left_.NotifyAll();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    RequestGate& gate_;
    const std::string key_;
  };

 private:
  Mutex mu_;
  CondVar left_;
  absl::flat_hash_set<std::string> inside_ ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_REQUEST_GATE_H_
