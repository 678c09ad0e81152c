// SPDX-License-Identifier: Apache-2.0
// pack_check FOLDER…: reads packs, prints every fault and warning. Exit status 1 when there is a fault or a test fails.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "pack/pack.h"

namespace {

void read_folder(const std::filesystem::path& folder, ningyi::pack::Files& files) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        files[entry.path().string()] = text.str();
    }
}

void print(const ningyi::Faults& faults) {
    for (const ningyi::Fault& fault : faults) std::printf("%s\n", ningyi::to_text(fault).c_str());
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "pack_check FOLDER...\n");
        return 2;
    }
    ningyi::pack::Files files;
    for (int i = 1; i < count; ++i) read_folder(words[i], files);
    const ningyi::pack::Loaded loaded = ningyi::pack::load(files, ningyi::pack::measure_shapes());
    print(loaded.faults);
    print(loaded.warnings);
    std::printf("%zu packs, %zu rules, %zu faults, %zu warnings\n", loaded.set.packs.size(), loaded.set.rules.size(), loaded.faults.size(), loaded.warnings.size());
    return loaded.faults.empty() ? 0 : 1;
}
