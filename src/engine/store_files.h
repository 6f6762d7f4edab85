#pragma once
// What linkgate-store keeps under the data folder, and the secret that every client must know.
//
//   DATA/events/data      the engine's tables        DATA/events/backups   what BACKUP writes, one folder
//   each DATA/events/engine.xml the engine's settings     DATA/secrets/store    the shared secret
//   DATA/events/functions.xml   what function_program.h says

#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "engine/database.h"

namespace linkgate::engine {

struct StoreFiles {
  DatabaseOptions database;
  std::string secret;
  std::string events, run;  // folders

  // For confine_files().
  std::vector<std::string> writable() const { return {events, run, "/dev/null"}; }
  std::vector<std::string> readable() const;
};

// Makes the folders, and the secret (0600) where there is none.
Result<StoreFiles> prepare_store_files(const Config& config);

// Tells where the store listens to those who look there; for a store that nobody supervises.
Result<void> publish_address(const DataPaths& paths, const std::string& address);

}  // namespace linkgate::engine
