// SPDX-License-Identifier: Apache-2.0
#include "app/pack_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "engine/engine.h"
#include "exchange/personal_columns.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{4} << 20U;
constexpr std::size_t most_files = 20000;
constexpr std::string_view audit_page_file = "/pages/audit.yaml";

}  // namespace

fs::path packs_folder(const std::string& option) {
    if (!option.empty()) return option;
    if (const char* set = std::getenv("NINGYI_PACKS"); set != nullptr && *set != '\0') return set;
    std::error_code error;
    if (fs::is_directory("packs", error)) return "packs";
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (const char* relative : {"../packs", "../share/ningyi/packs", "../../../packs"}) {
        const fs::path candidate = program.parent_path() / relative;
        if (fs::is_directory(candidate, error)) return fs::weakly_canonical(candidate, error);
    }
    return "packs";
}

Result<pack::Files> read_pack_files(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return failure({.file = folder.string(),
                        .code = "E001",
                        .zh = "没有规则包文件夹（用 --packs 指定，或设置 NINGYI_PACKS）",
                        .en = "no folder of packs here (give it with --packs or NINGYI_PACKS)"});
    }
    pack::Files files;
    Faults faults;
    for (auto at = fs::recursive_directory_iterator(folder, error); !error && at != fs::recursive_directory_iterator();
         at.increment(error)) {
        const std::string extension = at->path().extension().string();
        const bool is_rows = extension == ".csv" && at->path().parent_path().filename() == "tables";
        if (!at->is_regular_file(error) || (extension != ".yaml" && extension != ".scn" && !is_rows)) continue;
        const std::string name = fs::relative(at->path(), folder, error).generic_string();
        if (at->file_size(error) > largest_file || files.size() >= most_files) {
            faults.push_back({.file = name,
                              .code = "E002",
                              .zh = "文件过大或过多",
                              .en = "the file is too large, or there are too many"});
            continue;
        }
        std::ifstream in(at->path(), std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        if (!in && !in.eof()) {
            faults.push_back({.file = name, .code = "E003", .zh = "文件读不出来", .en = "the file cannot be read"});
            continue;
        }
        files.emplace(name, std::move(text));
    }
    if (!faults.empty()) return failure(std::move(faults));
    return files;
}

Result<std::unique_ptr<Packs>> load_packs(const std::string& option) {
    const fs::path folder = packs_folder(option);
    auto files = read_pack_files(folder);
    if (!files) return failure(std::move(files.error()));
    return packs_of_files(folder, std::move(*files));
}

Result<std::unique_ptr<Packs>> packs_of_files(const fs::path& folder, pack::Files files) {
    auto packs = std::make_unique<Packs>();
    packs->folder = folder;
    packs->files = std::move(files);
    pack::Loaded loaded = pack::load(packs->files, pack::measure_shapes());
    if (!loaded.faults.empty()) return failure(std::move(loaded.faults));
    packs->set = std::move(loaded.set);
    packs->warnings = std::move(loaded.warnings);
    auto mappings = exchange::read_mappings(packs->files);
    if (!mappings) return failure(std::move(mappings.error()));
    packs->mappings = std::move(*mappings);
    exchange::mark_personal_columns(packs->mappings, packs->set.dictionary);
    return packs;
}

Result<exchange::AuditPage> audit_page(const Packs& packs) {
    for (const auto& [name, text] : packs.files) {
        if (name.size() > audit_page_file.size() && name.ends_with(audit_page_file)) {
            return exchange::read_audit_page(text, name, packs.set);
        }
    }
    return failure({.file = packs.folder.string(),
                    .code = "E004",
                    .zh = "没有规则包带 pages/audit.yaml",
                    .en = "no pack has pages/audit.yaml"});
}

}  // namespace ningyi::app
