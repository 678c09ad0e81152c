// SPDX-License-Identifier: Apache-2.0
#include "cel/names.h"

#include "base/check.h"
#include "base/text.h"
#include "cel/rule_expression.h"

namespace ningyi::cel {

Names::Names() : parts_(std::make_unique<Parts>()) {}
Names::~Names() = default;
Names::Names(const Names& other) : parts_(std::make_unique<Parts>(*other.parts_)) {}
Names& Names::operator=(const Names& other) {
    if (this != &other) parts_ = std::make_unique<Parts>(*other.parts_);
    return *this;
}
Names::Names(Names&&) noexcept = default;
Names& Names::operator=(Names&&) noexcept = default;

void Names::add_path(std::string path, Type type) {
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
        parts_->records.insert(path.substr(0, dot));
    }
    parts_->paths.insert_or_assign(std::move(path), std::move(type));
}

void Names::add_list(std::string name, std::vector<Type> key) {
    parts_->lists.insert_or_assign(std::move(name), std::move(key));
}

void Names::add_table(std::string name, std::vector<Type> key, std::map<std::string, Type> columns) {
    parts_->tables.insert_or_assign(std::move(name), Parts::Table{std::move(key), std::move(columns)});
}

void Names::add_others(std::string entity, std::map<std::string, Type> fields) {
    parts_->others.insert_or_assign(std::move(entity), std::move(fields));
}

void Names::add_function(Function function) {
    std::string name = function.name;
    parts_->functions.insert_or_assign(std::move(name), std::make_shared<const Function>(std::move(function)));
}

const Type* Names::path_type(std::string_view path) const {
    const auto found = parts_->paths.find(path);
    return found == parts_->paths.end() ? nullptr : &found->second;
}

std::uint16_t Names::slot(std::string_view path) {
    const auto found = parts_->slot_of.find(path);
    if (found != parts_->slot_of.end()) return found->second;
    CHECK(parts_->slots.size() < UINT16_MAX);  // a pack's files are bounded far below
    const auto slot = static_cast<std::uint16_t>(parts_->slots.size());
    parts_->slots.emplace_back(path);
    parts_->slot_of.emplace(std::string(path), slot);
    return slot;
}

const std::string& Names::path(std::uint16_t slot) const {
    CHECK(slot < parts_->slots.size());
    return parts_->slots[slot];
}

std::size_t Names::slots() const {
    return parts_->slots.size();
}

const Names::Parts& Names::parts() const {
    return *parts_;
}

std::string Names::suggestion(std::string_view path) const {
    const std::size_t dot = path.rfind('.');
    std::vector<std::string_view> candidates;
    if (dot == std::string_view::npos) {
        for (const auto& [known, type] : parts_->paths) {
            if (known.find('.') == std::string::npos) candidates.push_back(known);
        }
        for (const std::string& record : parts_->records) {
            if (record.find('.') == std::string::npos) candidates.push_back(record);
        }
        return std::string(closest(path, candidates));
    }
    const std::string_view prefix = path.substr(0, dot + 1);
    for (auto at = parts_->paths.lower_bound(prefix); at != parts_->paths.end(); ++at) {
        const std::string_view known = at->first;
        if (!known.starts_with(prefix)) break;
        candidates.push_back(known.substr(prefix.size()));
    }
    return std::string(closest(path.substr(dot + 1), candidates));
}

}  // namespace ningyi::cel
