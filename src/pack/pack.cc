// SPDX-License-Identifier: Apache-2.0
#include "pack/pack.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "model/read.h"
#include "pack/core_model.h"
#include "rule/csv_rows.h"
#include "rule/names.h"
#include "rule/values.h"
#include "trust/sha256.h"

namespace ningyi::pack {
namespace {

constexpr std::size_t most_faults_a_file = 100;

struct SourceFile {
    std::string path;    // as given
    std::string inside;  // path inside the pack: "rules/loc/HC-LOC-01.yaml"
    std::string pack;
    yaml::Node root;
};

class Loader {
public:
    Loader(const Files& files, const rule::MeasureShapes& measures) : files_(files), measures_(measures) {}

    Loaded load() {
        find_packs();
        parse_files();
        check_csv_files();
        read_models();
        read_knowledge();
        check_derived();
        check_citations();
        check_features();
        read_rules();
        make_digests();
        drop_what_follows();
        loaded_.faults = tidy(std::move(faults_));
        loaded_.warnings = tidy(std::move(warnings_));
        return std::move(loaded_);
    }

private:
    rule::RuleSet& set() { return loaded_.set; }

    // A file of declarations that is no YAML declares nothing: every name of it would be reported wherever it is used,
    // a hundred faults of one missing quote. Only the cause is told; the names are looked at when it is mended.
    void drop_what_follows() {
        if (!lacks_names_) return;
        std::erase_if(faults_, [](const Fault& fault) {
            return fault.code == "E501" || fault.code == "E502" || fault.code == "E506";
        });
        std::erase_if(warnings_, [](const Fault& fault) { return fault.code == "W801"; });
    }

    static Faults tidy(Faults faults) {
        const auto key = [](const Fault& fault) {
            return std::tie(fault.file, fault.line, fault.column, fault.code, fault.zh, fault.en);
        };
        std::sort(faults.begin(), faults.end(), [&](const Fault& a, const Fault& b) { return key(a) < key(b); });
        faults.erase(
            std::unique(faults.begin(), faults.end(), [&](const Fault& a, const Fault& b) { return key(a) == key(b); }),
            faults.end());
        Faults kept;
        std::size_t in_file = 0;
        for (Fault& fault : faults) {
            in_file = !kept.empty() && kept.back().file == fault.file ? in_file + 1 : 0;
            if (in_file < most_faults_a_file) kept.push_back(std::move(fault));
        }
        return kept;
    }

    void find_packs() {
        for (const auto& [path, text] : files_) {
            const bool is_pack = path == "pack.yaml" || path.ends_with("/pack.yaml");
            if (!is_pack) continue;
            const std::string folder = path.substr(0, path.size() - std::string_view("pack.yaml").size());
            Result<yaml::Node> root = yaml::parse(text, path);
            if (!root) {
                faults_.insert(faults_.end(), root.error().begin(), root.error().end());
                continue;
            }
            yaml::MapReader map(*root, path, faults_);
            rule::RuleSet::Pack pack;
            pack.folder = folder;
            pack.name = map.text("name");
            pack.prefix = map.text("prefix");
            pack.version = map.integer("version", 1, 1000000).value_or(1);
            const yaml::Words title = map.words("title");
            pack.title = {title.zh, title.en};
            pack.requires_packs = map.texts("requires");
            map.texts("roles");
            map.finish();
            if (pack.name == core_pack)
                map.refuse(*root, "E507", "知识包不能取名 core（系统自有）", "no pack may be called core");
            for (const rule::RuleSet::Pack& other : set().packs) {
                if (other.name == pack.name)
                    map.refuse(*root, "E507", format("知识包 {} 重复", pack.name),
                               format("pack {} is given twice", pack.name));
                if (other.prefix == pack.prefix)
                    map.refuse(*root, "E507", format("前缀 {} 重复", pack.prefix),
                               format("prefix {} is used twice", pack.prefix));
            }
            roots_.emplace(pack.name, *root);
            set().packs.push_back(std::move(pack));
        }
        if (set().packs.empty() && faults_.empty())
            faults_.push_back({"pack.yaml", 0, 0, "E508", "没有找到 pack.yaml", "no pack.yaml was found"});
        for (const rule::RuleSet::Pack& pack : set().packs) check_requires(pack);
    }

    const rule::RuleSet::Pack* pack_named(std::string_view name) {
        for (const rule::RuleSet::Pack& pack : set().packs) {
            if (pack.name == name) return &pack;
        }
        return nullptr;
    }

    void check_requires(const rule::RuleSet::Pack& pack) {
        const yaml::Node& root = roots_.at(pack.name);
        const yaml::Node* listed = root.find("requires");
        for (std::size_t i = 0; i < pack.requires_packs.size(); ++i) {
            if (pack_named(pack.requires_packs[i]) != nullptr) continue;
            const yaml::Node& node = listed != nullptr && i < listed->items.size() ? listed->items[i] : root;
            faults_.push_back(yaml::fault_at(pack.folder + "pack.yaml", node, "E508",
                                             format("缺少所需的知识包 {}", pack.requires_packs[i]),
                                             format("the required pack {} is missing", pack.requires_packs[i])));
        }
    }

    // The pack and everything it requires, directly or not.
    std::vector<std::string> reach_of(const std::string& name) {
        std::vector<std::string> reach{name};
        for (std::size_t i = 0; i < reach.size(); ++i) {
            const rule::RuleSet::Pack* pack = pack_named(reach[i]);
            if (pack == nullptr) continue;
            for (const std::string& next : pack->requires_packs) {
                if (std::find(reach.begin(), reach.end(), next) == reach.end()) reach.push_back(next);
            }
        }
        return reach;
    }

    void parse_files() {
        for (const auto& [path, text] : files_) {
            if (!path.ends_with(".yaml")) continue;
            const rule::RuleSet::Pack* owner = nullptr;  // the innermost folder that holds it
            for (const rule::RuleSet::Pack& pack : set().packs) {
                if (path.starts_with(pack.folder) && (owner == nullptr || pack.folder.size() > owner->folder.size()))
                    owner = &pack;
            }
            if (owner == nullptr) continue;
            const std::string inside = path.substr(owner->folder.size());
            const std::string folder = inside.substr(0, inside.find('/'));
            static const std::set<std::string> ours{"model", "policy",   "params", "tables",
                                                    "lists", "features", "rules"};
            if (folder == inside || !ours.contains(folder)) continue;
            Result<yaml::Node> root = yaml::parse(text, path);
            if (!root) {
                faults_.insert(faults_.end(), root.error().begin(), root.error().end());
                lacks_names_ = lacks_names_ || folder != "rules";
                continue;
            }
            sources_.push_back({path, inside, owner->name, std::move(*root)});
        }
    }

    template <class Function>
    void each_in(std::string_view folder, Function function) {
        for (const SourceFile& file : sources_) {
            if (file.inside.starts_with(folder)) function(file);
        }
    }

    // The rows of the CSV of the same name, when there is one; one that cannot be read has none.
    std::optional<rule::RowsFile> read_rows_beside(const std::string& table) {
        const std::string name = table.substr(0, table.size() - std::string_view(".yaml").size()) + ".csv";
        const auto found = files_.find(name);
        if (found == files_.end()) return std::nullopt;
        Result<std::vector<yaml::Node>> rows = rule::rows_of_csv(found->second, name);
        if (rows) return rule::RowsFile{name, std::move(*rows)};
        faults_.insert(faults_.end(), rows.error().begin(), rows.error().end());
        return rule::RowsFile{name, {}};
    }

    // A CSV in tables/ belongs to a table.
    void check_csv_files() {
        for (const auto& [path, text] : files_) {
            if (!path.ends_with(".csv") || path.find("tables/") == std::string::npos) continue;
            const std::string table = path.substr(0, path.size() - std::string_view(".csv").size()) + ".yaml";
            if (!files_.contains(table))
                faults_.push_back({path, 1, 1, "E509", format("缺少说明这些行的 {}", table),
                                   format("{}, which says what these rows are, is missing", table)});
        }
    }

    void read_models() {
        // The core's own names come first, so that a pack that takes one of them is told.
        const std::string file(core_model_file);
        const Result<yaml::Node> core = yaml::parse(core_model(), file);
        CHECK(core.has_value());
        model::read_model(*core, file, std::string(core_pack), set().dictionary, faults_);
        each_in("model/", [&](const SourceFile& source) {
            model::read_model(source.root, source.path, source.pack, set().dictionary, faults_);
        });
        model::check_model(set().dictionary, faults_);
        for (const model::Entity& entity : set().dictionary.entities) {
            for (const model::Field& field : entity.fields) {
                if (field.words.empty() || !field.word_labels.empty()) continue;
                warnings_.push_back(
                    {entity.file, field.line, field.column, "W807",
                     format("枚举字段 {} 的值没有名称，页面上只能原样显示；应写成 {{值: {{zh: 中文, en: English}}}}",
                            field.name),
                     format("the words of enum {} have no names and are shown as they are; write {{word: {{zh: 中文, "
                            "en: English}}}}",
                            field.name)});
            }
        }
    }

    void read_knowledge() {
        each_in("policy/",
                [&](const SourceFile& file) { rule::read_policy(file.root, file.path, set().policies, faults_); });
        each_in("params/", [&](const SourceFile& file) {
            rule::read_params(file.root, file.path, file.pack, set().params, faults_);
        });
        each_in("tables/", [&](const SourceFile& file) {
            const auto rows = read_rows_beside(file.path);
            rule::read_table(file.root, file.path, file.pack, set().tables, faults_, warnings_,
                             rows ? &*rows : nullptr);
        });
        each_in("lists/", [&](const SourceFile& file) {
            rule::read_list(file.root, file.path, file.pack, set().lists, faults_);
        });
        each_in("features/", [&](const SourceFile& file) {
            rule::read_features(file.root, file.path, file.pack, set().features, faults_);
        });
    }

    // Derived fields must compile to their own type; `derived` lists them so that each comes after those it reads.
    void check_derived() {
        using Key = std::pair<std::string, std::string>;
        std::map<Key, std::vector<Key>> reads;
        for (const model::Entity& entity : set().dictionary.entities) {
            for (const model::Field& field : entity.fields) {
                if (field.derive.empty()) continue;
                cel::Names names = rule::subject_names(set().dictionary, entity);
                const cel::Place place{entity.file, field.line, field.column, {}, {}};
                const Result<cel::Expression> read =
                    cel::compile(field.derive, names, rule::type_of_field(field), place);
                if (!read) {
                    faults_.insert(faults_.end(), read.error().begin(), read.error().end());
                    continue;
                }
                std::vector<Key>& needed = reads[{entity.name, field.name}];
                for (const std::uint16_t slot : read->reads()) {
                    const std::vector<std::string_view> parts = split(names.path(slot), '.');
                    if (parts.size() == 2) needed.emplace_back(parts[0], parts[1]);
                }
            }
        }
        std::set<Key> placed;
        for (bool has_progress = true; has_progress;) {
            has_progress = false;
            for (const auto& [key, needed] : reads) {
                const bool is_ready = std::all_of(needed.begin(), needed.end(), [&](const Key& other) {
                    return !reads.contains(other) || placed.contains(other);
                });
                if (!is_ready || !placed.insert(key).second) continue;
                set().derived.push_back(key);
                has_progress = true;
            }
        }
        for (const auto& [key, needed] : reads) {
            if (placed.contains(key)) continue;
            const model::Entity& entity = *set().dictionary.entity(key.first);
            const model::Field& field = *entity.field(key.second);
            faults_.push_back({entity.file, field.line, field.column, "E518",
                               format("{}.{} 的计算绕回自身", key.first, key.second),
                               format("the derivation of {}.{} comes back to itself", key.first, key.second)});
        }
    }

    // A citation of a dated value must exist and be in force on its first day.
    void check_citation(const std::string& file, int line, int column, const std::string& cite, Date from) {
        const std::size_t hash = cite.find('#');
        const rule::PolicyDocument* document = set().policy(std::string_view(cite).substr(0, hash));
        if (hash == std::string::npos || document == nullptr || !document->clauses.contains(cite.substr(hash + 1))) {
            faults_.push_back({file, line, column, "E506", format("没有条款 {}（应写成 文件#条款）", cite),
                               format("there is no clause {} (write document#clause)", cite)});
        } else if (from.days != INT32_MIN && !document->in_force.contains(from)) {
            faults_.push_back({file, line, column, "E510", format("{} 在 {} 尚未生效或已失效", cite, to_text(from)),
                               format("{} is not in force on {}", cite, to_text(from))});
        }
    }

    // A value for days before its clauses were issued changes what was already judged: it must say so, and why.
    void check_dated_back(const rule::Param& param, const rule::ParamValue& value) {
        std::optional<Date> issued;
        for (const std::string& cite : value.cite) {
            const rule::PolicyDocument* document = set().policy(std::string_view(cite).substr(0, cite.find('#')));
            if (document != nullptr && (!issued || document->issued < *issued)) issued = document->issued;
        }
        if (!issued || value.days.from.days == INT32_MIN || value.days.from >= *issued || value.is_retro) return;
        faults_.push_back({param.file, value.line, value.column, "E521",
                           format("早于依据的发布日 {}：追溯的值须写 retro: true 和原因 why", to_text(*issued)),
                           format("before its ground was issued ({}): a value dated back says retro: true and why",
                                  to_text(*issued))});
    }

    void check_citations() {
        for (const rule::Param& param : set().params) {
            for (const rule::ParamValue& value : param.values) {
                for (const std::string& cite : value.cite)
                    check_citation(param.file, value.line, value.column, cite, value.days.from);
                check_dated_back(param, value);
            }
            const std::vector<std::string_view> parts = split(param.by, '.');
            const model::Entity* entity = set().dictionary.entity(parts[0]);
            const model::Field* field = entity != nullptr && parts.size() == 2 ? entity->field(parts[1]) : nullptr;
            // `day`: the day of judgement, for rules on subjects that have no day of their own.
            if (!param.by.empty() && param.by != "day" && (field == nullptr || field->type != model::FieldType::date)) {
                faults_.push_back({param.file, param.line, param.column, "E501",
                                   format("{} 的 by: {} 不是日期字段", param.name, param.by),
                                   format("by: {} of {} is no date field", param.by, param.name)});
            }
        }
        for (const rule::Table& table : set().tables) {
            for (const rule::TableRow& row : table.rows) {
                for (const std::string& cite : row.cite)
                    check_citation(table.rows_file, row.line, row.column, cite, row.days.from);
            }
        }
    }

    // Whose feature it is comes from the rules that use it, unless it says so itself.
    void check_features() {
        std::set<std::string> used;
        each_in("rules/", [&](const SourceFile& file) {
            const yaml::Node* subject = file.root.is_map() ? file.root.find("subject") : nullptr;
            const yaml::Node* features = file.root.is_map() ? file.root.find("features") : nullptr;
            if (features == nullptr || !features->is_map()) return;
            for (const auto& [alias, name] : features->pairs) {
                used.insert(name.text);
                for (rule::Feature& feature : set().features) {
                    if (feature.name == name.text && feature.entity.empty() && subject != nullptr)
                        feature.entity = subject->text;
                }
            }
        });
        for (rule::Feature& feature : set().features) {
            rule::check_feature(feature, set(), measures_, faults_);
            if (!used.contains(feature.name)) {
                warnings_.push_back({feature.file, feature.line, feature.column, "W801",
                                     format("特征 {} 没有规则使用", feature.name),
                                     format("no rule uses feature {}", feature.name)});
            }
        }
    }

    void read_rules() {
        each_in("rules/", [&](const SourceFile& file) {
            std::optional<rule::Rule> read =
                rule::read_rule(file.root, file.path, set(), file.pack, reach_of(file.pack), faults_, warnings_);
            if (!read) return;
            const yaml::Node* id = file.root.find("rule");
            const std::vector<std::string_view> parts = split(read->id, '-');
            const std::string& prefix = pack_named(file.pack)->prefix;
            const bool is_id = parts.size() == 3 && parts[0] == prefix && !parts[1].empty() && !parts[2].empty();
            const std::string expected = is_id ? format("rules/{}/{}.yaml", lower_ascii(parts[1]), read->id) : "";
            if (!is_id) {
                faults_.push_back(yaml::fault_at(file.path, *id, "E509", format("规则号应为 {}-领域-序号", prefix),
                                                 format("a rule id is {}-AREA-NUMBER", prefix)));
            } else if (file.inside != expected) {
                faults_.push_back(yaml::fault_at(file.path, *id, "E509",
                                                 format("规则 {} 应放在 {}", read->id, expected),
                                                 format("rule {} belongs in {}", read->id, expected)));
            }
            if (const rule::Rule* other = set().rule(read->id)) {
                faults_.push_back(yaml::fault_at(file.path, *id, "E507",
                                                 format("规则 {} 重复，{} 中已有", read->id, other->file),
                                                 format("rule {} is given twice, first in {}", read->id, other->file)));
                return;
            }
            set().rules.push_back(std::move(*read));
        });
        std::sort(set().rules.begin(), set().rules.end(),
                  [](const rule::Rule& a, const rule::Rule& b) { return a.id < b.id; });
    }

    void make_digests() {
        set().hash = [](std::string_view bytes) { return to_hex(trust::sha256(bytes)); };
        std::string all;
        for (rule::Rule& one : set().rules) {
            one.digest = set().hash(one.canonical);
            all += one.id + " " + one.digest + "\n";
        }
        set().digest = set().hash(all);
    }

    const Files& files_;
    const rule::MeasureShapes& measures_;
    Loaded loaded_;
    Faults faults_, warnings_;
    bool lacks_names_ = false;  // a file of declarations could not be parsed
    std::vector<SourceFile> sources_;
    std::map<std::string, yaml::Node> roots_;
};

}  // namespace

Loaded load(const Files& files, const rule::MeasureShapes& measures) {
    return Loader(files, measures).load();
}

}  // namespace ningyi::pack
