#pragma once
// Connections that stay open while a scan goes on: so many of a node, and of one subscriber.

#include <map>
#include <memory>
#include <mutex>

#include "click/click_token.h"

namespace linkgate::click {

inline constexpr int kMaxFollowers = 2000;
inline constexpr int kMaxFollowersOfOne = 16;  // rate_key(): an office behind one address has several

// Thread-safe; outlives the places it gives.
class Followers {
 public:
  class Place {
   public:
    Place(Followers& followers, const Id& key) : followers_(followers), key_(key) {}
    ~Place() { followers_.leave(key_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Followers& followers_;
    const Id key_;
  };
  // Null: there is no room.
  std::unique_ptr<Place> enter(const Id& key) {
    const std::lock_guard lock(mutex_);
    int& mine = by_key_[key];
    if (count_ >= kMaxFollowers || mine >= kMaxFollowersOfOne) {
      if (mine == 0) by_key_.erase(key);
      return nullptr;
    }
    ++mine;
    ++count_;
    return std::make_unique<Place>(*this, key);
  }
  int count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  void leave(const Id& key) {
    const std::lock_guard lock(mutex_);
    --count_;
    if (--by_key_[key] == 0) by_key_.erase(key);
  }
  mutable std::mutex mutex_;
  int count_ = 0;
  std::map<Id, int> by_key_;
};

}  // namespace linkgate::click
