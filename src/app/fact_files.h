// SPDX-License-Identifier: Apache-2.0
// Tables of facts as files in the folder `facts` of a data folder, mapped into memory. They can be deleted at any time;
// a file appears under its name only when it is whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "run/kept_facts.h"

namespace ningyi::app {

class FactFiles final : public run::FactKeeper {
public:
    // Throws MachineError when the folder cannot be made or read.
    explicit FactFiles(std::filesystem::path folder);
    ~FactFiles() override;
    FactFiles(const FactFiles&) = delete;
    FactFiles& operator=(const FactFiles&) = delete;

    std::vector<std::string_view> kept() override;
    void begin() override;
    void append(std::string_view bytes) override;
    std::string_view finish() override;
    void abandon() override;
    void forget(std::string_view kept) override;

private:
    struct Mapped {
        std::filesystem::path path;
        void* at = nullptr;
        std::size_t size = 0;
        std::string_view bytes() const { return {static_cast<const char*>(at), size}; }
    };
    void map(const std::filesystem::path& path);
    static void unmap(const Mapped& mapped);
    void flush();

    std::filesystem::path folder_, open_path_;
    std::vector<Mapped> mapped_;
    std::string waiting_;  // bytes not yet written
    int open_ = -1;
    std::uint64_t last_ = 0;
};

}  // namespace ningyi::app
