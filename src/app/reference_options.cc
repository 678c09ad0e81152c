// SPDX-License-Identifier: Apache-2.0
// `ningyi rule reference`: writes, or checks, the reference pages of the rules.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/pack_folder.h"
#include "app/rule_commands.h"
#include "base/text.h"
#include "exchange/rule_reference.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

struct ReferenceOptions {
    std::string out = "docs/rules";
    std::string packs;
    bool check = false;
};

std::string text_of_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Pages that no rule stands behind any more: only what this command once wrote, a rule's id with .md.
std::vector<fs::path> left_over(const fs::path& folder, const std::map<std::string, std::string>& pages) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".md" && !pages.contains(name)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

int check_pages(const fs::path& folder, const std::map<std::string, std::string>& pages, Terminal& terminal) {
    Faults faults;
    const auto refuse = [&](const fs::path& file, const char* zh, const char* en) {
        faults.push_back({.file = file.string(), .code = "E810", .zh = zh, .en = en});
    };
    for (const auto& [name, text] : pages) {
        if (text_of_file(folder / name) != text)
            refuse(folder / name, "与规则文件不一致，请运行 ningyi rule reference",
                   "differs from the rule file; run ningyi rule reference");
    }
    for (const fs::path& file : left_over(folder, pages))
        refuse(file, "没有这条规则，应删除此页", "there is no such rule; delete the page");
    terminal.complain(faults);
    if (!faults.empty()) return exit_faults;
    terminal.say(format("{} 页规则手册与规则文件一致", pages.size()),
                 format("{} reference pages agree with the rule files", pages.size()));
    return exit_good;
}

int write_pages(const fs::path& folder, const std::map<std::string, std::string>& pages, Terminal& terminal) {
    std::error_code error;
    fs::create_directories(folder, error);
    for (const auto& [name, text] : pages) {
        const fs::path file = folder / name;
        if (text_of_file(file) == text) continue;
        std::ofstream out(file, std::ios::binary);
        out << text;
        out.flush();
        if (!out) {
            terminal.complain({.file = file.string(),
                               .code = "E008",
                               .zh = "写不进去，请看文件夹的权限和剩余空间",
                               .en = "cannot be written: look at the rights and the free space of the folder"});
            return exit_unusable;
        }
    }
    terminal.say(format("{} 页规则手册写入 {}", pages.size(), folder.string()),
                 format("{} reference pages written to {}", pages.size(), folder.string()));
    for (const fs::path& file : left_over(folder, pages))
        terminal.say(format("没有这条规则，请删除 {}", file.string()),
                     format("there is no such rule, delete {}", file.string()));
    return exit_good;
}

}  // namespace

void add_rule_reference(CLI::App& rule, CommandGroup& group) {
    const auto options = std::make_shared<ReferenceOptions>();
    CLI::App* command = rule.add_subcommand(
        "reference", group.t("写出每条规则的手册页（Markdown）", "write a reference page for every rule (Markdown)"));
    command->add_option("--out", options->out, group.t("写到哪个文件夹", "folder to write"))->capture_default_str();
    command->add_option("--packs", options->packs, group.packs_help);
    command->add_flag("--check", options->check,
                      group.t("不写，只核对已有的页是否与规则一致", "write nothing; say whether the pages agree"));
    command->callback([options, &group] {
        group.chosen = [options, &group] {
            const auto packs = load_packs(options->packs);
            if (!packs) return group.terminal.complain(packs.error()), int{exit_unusable};
            const auto pages = exchange::rule_reference((*packs)->set, Zone::china());
            return options->check ? check_pages(options->out, pages, group.terminal)
                                  : write_pages(options->out, pages, group.terminal);
        };
    });
}

}  // namespace ningyi::app
