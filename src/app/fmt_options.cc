// SPDX-License-Identifier: Apache-2.0
// `ningyi rule fmt`: brings files of packs into their one layout, or says which are not in it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/pack_folder.h"
#include "app/rule_commands.h"
#include "app/written_file.h"
#include "base/text.h"
#include "pack/layout.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{4} << 20U;
constexpr std::size_t most_files = 20000;

struct FormatOptions {
    std::vector<std::string> files;
    std::string packs;
    bool check = false;
};

Fault unreadable(const fs::path& path) {
    return {.file = path.string(),
            .code = "E003",
            .zh = "没有这个文件，或者读不出来",
            .en = "there is no such file, or it cannot be read"};
}

// The named files and all YAML files below the named folders, in order of their paths.
std::vector<fs::path> files_of(const std::vector<std::string>& names, Faults& faults) {
    std::vector<fs::path> files;
    for (const std::string& name : names) {
        std::error_code error;
        if (fs::is_regular_file(name, error)) {
            files.emplace_back(name);
            continue;
        }
        if (!fs::is_directory(name, error)) {
            faults.push_back(unreadable(name));
            continue;
        }
        for (auto at = fs::recursive_directory_iterator(name, error);
             !error && at != fs::recursive_directory_iterator() && files.size() < most_files; at.increment(error)) {
            if (at->is_regular_file(error) && at->path().extension() == ".yaml") files.push_back(at->path());
        }
        if (error) faults.push_back(unreadable(name));
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

int format_files(const FormatOptions& options, Terminal& terminal) {
    Faults faults;
    const std::vector<std::string> all = {packs_folder(options.packs).string()};
    const std::vector<fs::path> files = files_of(options.files.empty() ? all : options.files, faults);
    if (!faults.empty()) return terminal.complain(faults), int{exit_unusable};
    std::size_t changed = 0;
    for (const fs::path& file : files) {
        std::error_code error;
        std::ifstream in(file, std::ios::binary);
        if (!in || fs::file_size(file, error) > largest_file || error) {
            faults.push_back(unreadable(file));
            continue;
        }
        const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        const auto written = pack::laid_out(text, file.string());
        if (!written) {
            faults.insert(faults.end(), written.error().begin(), written.error().end());
            continue;
        }
        if (*written == text) continue;
        ++changed;
        terminal.say(file.string(), file.string());
        if (!options.check) write_whole(fs::canonical(file).string(), *written);  // a link stays a link
    }
    terminal.complain(faults);
    if (options.check) {
        terminal.say(format("{} 个文件，{} 个需要排版", files.size(), changed),
                     format("{} files, {} not in the layout", files.size(), changed));
        return changed == 0 && faults.empty() ? exit_good : exit_faults;
    }
    terminal.say(format("{} 个文件，{} 个已重新排版", files.size(), changed),
                 format("{} files, {} laid out anew", files.size(), changed));
    return faults.empty() ? exit_good : exit_faults;
}

}  // namespace

void add_rule_fmt(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<FormatOptions>();
    CLI::App* command = rule.add_subcommand(
        "fmt", group.t("把规则包的文件排成统一版式，不改含义", "lay out files of packs in one way; the meaning stays"));
    command->add_option("files", options->files,
                        group.t("文件或文件夹（默认全部规则包）", "files or folders (default: all packs)"));
    command->add_option("--packs", options->packs, group.packs_help);
    command->add_flag("--check", options->check,
                      group.t("不写，只列出不合版式的文件", "write nothing; list the files that differ"));
    command->callback(
        [options, &group] { group.chosen = [options, &group] { return format_files(*options, group.terminal); }; });
}

}  // namespace ningyi::app
