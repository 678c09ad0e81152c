// SPDX-License-Identifier: Apache-2.0
#include "app/pack_lock.h"

#include <fstream>
#include <iterator>
#include <map>

#include "app/rule_commands.h"
#include "app/written_file.h"
#include "base/json_in.h"
#include "base/text.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

struct Entry {
    std::int64_t version = 0;
    std::string digest;
};
using Lock = std::map<std::string, Entry>;

std::string text_of_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Fault disagrees(const std::string& file, std::string zh, std::string en) {
    return {.file = file, .code = "E520", .zh = std::move(zh), .en = std::move(en)};
}

// The lock of a pack; empty without a file.
Result<Lock> read_lock(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return Lock{};
    const Result<JsonValue> json = read_json(text_of_file(path));
    if (!json) return failure(json.error());
    Lock lock;
    for (const auto& [id, entry] : json->members) {
        const JsonValue* version = entry.find("version");
        const JsonValue* digest = entry.find("digest");
        if (version == nullptr || digest == nullptr || !version->is(JsonValue::Kind::integer) ||
            !digest->is(JsonValue::Kind::text)) {
            return failure(disagrees(path.string(), format("{} 须有 version 和 digest", id),
                                     format("{} lacks version or digest", id)));
        }
        lock[id] = {version->integer, digest->text};
    }
    return lock;
}

fs::path lock_path(const fs::path& folder, const rule::RuleSet::Pack& pack) {
    return folder / pack.folder / "lock.json";
}

// The text of a rule with another version; only that line changes.
std::string with_version(const std::string& text, std::int64_t version) {
    const std::string line = format("version: {}", version);
    const std::size_t at = text.starts_with("version:") ? 0 : text.find("\nversion:");
    if (at != std::string::npos) {
        const std::size_t start = at == 0 ? 0 : at + 1;
        std::size_t end = text.find_first_of("#\r\n", start);
        if (end == std::string::npos) end = text.size();
        const bool has_comment = end < text.size() && text[end] == '#';
        return text.substr(0, start) + line + (has_comment ? " " : "") + text.substr(end);
    }
    const std::size_t rule = text.starts_with("rule:") ? 0 : text.find("\nrule:") + 1;
    const std::size_t end = text.find('\n', rule);
    return text.substr(0, end + 1) + line + "\n" + text.substr(end + 1);
}

}  // namespace

Faults lock_faults(const fs::path& folder, const rule::RuleSet& set) {
    Faults faults;
    for (const rule::RuleSet::Pack& pack : set.packs) {
        const fs::path path = lock_path(folder, pack);
        std::error_code error;
        if (!fs::exists(path, error)) continue;
        const auto lock = read_lock(path);
        if (!lock) {
            faults.insert(faults.end(), lock.error().begin(), lock.error().end());
            continue;
        }
        const std::string hint_zh = "；请运行 ningyi pack lock", hint_en = "; run ningyi pack lock";
        for (const rule::Rule& rule : set.rules) {
            if (rule.pack != pack.name) continue;
            const auto entry = lock->find(rule.id);
            if (entry == lock->end()) {
                faults.push_back(disagrees(rule.file, format("{} 不在 lock.json 里{}", rule.id, hint_zh),
                                           format("{} is not in lock.json{}", rule.id, hint_en)));
            } else if (entry->second.version != rule.version || entry->second.digest != rule.digest) {
                const bool is_changed = entry->second.digest != rule.digest;
                faults.push_back(disagrees(
                    rule.file, format("{} 的{}与 lock.json 不符{}", rule.id, is_changed ? "内容" : "版本号", hint_zh),
                    format("the {} of {} is not as lock.json has it{}", is_changed ? "content" : "version", rule.id,
                           hint_en)));
            }
        }
        for (const auto& [id, entry] : *lock) {
            if (set.rule(id) != nullptr) continue;
            faults.push_back(disagrees(path.string(), format("规则 {} 的文件不见了；停用的规则也要保留文件", id),
                                       format("the file of rule {} is gone; a retired rule keeps its file", id)));
        }
    }
    return faults;
}

Result<Locked> lock_packs(const fs::path& folder, const rule::RuleSet& set) {
    Locked locked;
    for (const rule::RuleSet::Pack& pack : set.packs) {
        const fs::path path = lock_path(folder, pack);
        const auto before = read_lock(path);
        if (!before) return failure(before.error());
        std::string text;
        for (const rule::Rule& rule : set.rules) {
            if (rule.pack != pack.name) continue;
            std::int64_t version = rule.version;
            if (const auto entry = before->find(rule.id); entry != before->end())
                version = entry->second.version + (entry->second.digest == rule.digest ? 0 : 1);
            if (version != rule.version) {
                const fs::path file = folder / rule.file;
                const Faults faults = write_file(file.string(), with_version(text_of_file(file), version));
                if (!faults.empty()) return failure(faults);
                locked.raised.push_back(format("{}: {} -> {}", rule.id, rule.version, version));
            }
            ++locked.rules;
            text += format("{}  \"{}\": {{\"version\": {}, \"digest\": \"{}\"}}", text.empty() ? "{\n" : ",\n", rule.id,
                           version, rule.digest);
        }
        if (text.empty()) continue;
        const Faults faults = write_file(path.string(), text + "\n}\n");
        if (!faults.empty()) return failure(faults);
    }
    return locked;
}

int pack_lock(const PackLockOptions& options, Terminal& terminal) {
    const auto packs = load_packs(options.packs);
    if (!packs) return terminal.complain(packs.error()), exit_unusable;
    const auto locked = lock_packs((*packs)->folder, (*packs)->set);
    if (!locked) return terminal.complain(locked.error()), exit_unusable;
    for (const std::string& raised : locked->raised) terminal.say("版本 " + raised, "version " + raised);
    terminal.say(format("已锁定 {} 条规则，版本升高 {} 条", locked->rules, locked->raised.size()),
                 format("{} rules locked, {} versions raised", locked->rules, locked->raised.size()));
    return exit_good;
}

}  // namespace ningyi::app
