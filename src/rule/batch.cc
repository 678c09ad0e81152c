// SPDX-License-Identifier: Apache-2.0
#include "rule/batch.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "cel/kernels.h"
#include "cel/program.h"
#include "rule/batch_knowledge.h"
#include "rule/batch_stages.h"
#include "rule/table.h"
#include "rule/values.h"

namespace ningyi::rule {
namespace {

using cel::ColumnView;
using cel::Kind;
using cel::Program;
using cel::Value;
using Byte = std::uint8_t;

constexpr Byte mark_known = static_cast<Byte>(cel::Known::known);

constexpr auto everything = [] {
    std::array<Byte, batch_max> mask{};
    mask.fill(mark_known);
    return mask;
}();

cel::Truths truths_of(const ColumnView& view) {
    return {view.truths, view.known != nullptr ? view.known : everything.data()};
}

using Step = std::optional<std::uint32_t>;  // of the program; nothing where the rule says nothing

struct RulePlan {
    const Rule* rule = nullptr;
    Step applies, when, needs, doubts, exceptions, doubts_of_hits, severity, margin, at_risk;
    std::vector<Step> bands;  // nothing: always
    std::vector<std::uint32_t> steps;
};

}  // namespace

struct BatchJudge::Parts final : cel::Inputs {
    // What an input or look-up of the program is.
    struct Origin {
        enum class Kind : std::uint8_t { fact, other, param, list, table };
        Kind kind = Kind::fact;
        std::uint32_t number = 0;  // of the facts, others, chosen params; of the set's lists and tables
        std::uint32_t column = 0;  // table
        bool is_set = false;
    };

    Parts(const RuleSet& set_of_rules, std::vector<const Rule*> wanted, const Zone& own_zone)
        : set(set_of_rules), rules(std::move(wanted)), zone(own_zone) {
        for (const Rule* rule : rules) add(*rule);
    }

    const RuleSet& set;
    std::vector<const Rule*> rules;
    Zone zone;
    Program program;
    std::vector<RulePlan> plans;
    std::vector<Origin> origins;  // by number of the program
    std::vector<Fact> facts;
    std::vector<std::uint32_t> fact_inputs;  // by fact: its number in the program
    std::vector<std::string> others;
    std::vector<ChosenParam> params;
    std::vector<std::string> scope_keys;

    // The batch under way.
    FactColumns* source = nullptr;
    cel::Vocabulary* vocabulary = nullptr;
    std::size_t rows = 0;
    BatchDays days;
    std::vector<ColumnView> scopes;
    std::vector<Byte> are_scopes_read;

    // The rule under way.
    std::array<Byte, batch_max> live{}, unknown{}, mask_of_open{};
    std::vector<std::uint16_t> open_rows, hits, without_band;

    // cel::Inputs
    ColumnView input(std::uint32_t number, const std::uint8_t* wanted) override;
    Value look_up(std::uint32_t number, std::size_t row, std::span<const Value> key) override;
    Value contains(std::uint32_t number, std::size_t row, std::span<const Value> key) override;

    void add(const Rule& rule);
    Program::Source source_of(const Rule& rule, std::uint16_t slot, std::vector<Step>& lets);
    std::uint32_t input_number(Origin::Kind kind, const std::string& key, Kind of, bool at_hand);
    ColumnView scope(std::uint32_t number);
    void judge_rule(std::size_t number, const Byte* asked, Fill fill, BatchOutcomes& into);
    void judge_row(std::size_t number, const Byte* asked, Fill fill, BatchOutcomes& into);
    template <class Each>
    void of_open_rows(const Step& step, const std::vector<std::uint16_t>& among, Each each);
    void settle_open(const RulePlan& plan, Outcome* out);
    void weigh(const RulePlan& plan, std::size_t number, Fill fill, BatchOutcomes& into);
};

namespace {

// "src.verdict" of a rule whose feature is called src there is "@order_source.verdict" everywhere.
std::string fact_name(const Rule& rule, const std::string& path) {
    const std::size_t dot = path.find('.');
    const std::string head = path.substr(0, dot);
    for (const auto& [alias, feature] : rule.features) {
        if (alias == head) return "@" + feature + (dot == std::string::npos ? "" : path.substr(dot));
    }
    return path;
}

// The keys of a list that are valid on a day, as a rule reads the list itself.
Value members(const ListOf& list, Date day) {
    cel::List keys;
    for (const ListEntry& entry : list.entries) {
        if (entry.days.contains(day) && entry.key.size() == 1) keys.push_back(Value::of_string(entry.key[0]));
    }
    return Value::of_list(std::move(keys));
}

cel::Type other_type(const RuleSet& set, const std::string& path) {
    const std::vector<std::string_view> parts = split(path, '.');
    const model::Entity* entity = parts.size() == 3 ? set.dictionary.entity(parts[1]) : nullptr;
    const model::Field* field = entity == nullptr ? nullptr : entity->field(parts[2]);
    const std::optional<cel::Type> type = field == nullptr ? std::nullopt : type_of_field(*field);
    return type.value_or(cel::type_of(Kind::absent));
}

}  // namespace

std::uint32_t BatchJudge::Parts::input_number(Origin::Kind kind, const std::string& key, Kind of, bool at_hand) {
    const bool is_look_up = kind == Origin::Kind::other || kind == Origin::Kind::list || kind == Origin::Kind::table;
    const std::uint32_t number = is_look_up ? program.look_up(key, of) : program.input(key, of, at_hand);
    if (origins.size() <= number) origins.resize(number + 1);
    return number;
}

Program::Source BatchJudge::Parts::source_of(const Rule& rule, std::uint16_t slot, std::vector<Step>& lets) {
    using Source = Program::Source;
    const SlotSource& own = rule.sources[slot];
    const std::string& path = rule.names.path(slot);
    Origin origin;
    std::uint32_t number = 0;
    switch (own.kind) {
        case SlotSource::Kind::fact: {
            const cel::Type* type = rule.names.path_type(path);
            CHECK(type != nullptr);
            const std::string name = fact_name(rule, path);
            number = input_number(Origin::Kind::fact, name, type->kind, false);
            origin.kind = Origin::Kind::fact;
            if (!origins[number].is_set) {
                origin.number = static_cast<std::uint32_t>(facts.size());
                facts.push_back({.name = name, .type = *type});
                fact_inputs.push_back(number);
            }
            break;
        }
        case SlotSource::Kind::param: {
            const std::uint32_t index = rule.param_index[own.index];
            std::string key = format("#param {}", index);
            for (const auto& [scope_key, scope_slot] : rule.scope_slots) key += " " + scope_key;
            number = input_number(Origin::Kind::param, key, set.params[index].type.kind, true);
            origin.kind = Origin::Kind::param;
            if (!origins[number].is_set) {
                origin.number = static_cast<std::uint32_t>(params.size());
                std::vector<std::uint32_t> keys;
                std::vector<std::string> names;
                for (const auto& [scope_key, scope_slot] : rule.scope_slots) {
                    const auto found = std::find(scope_keys.begin(), scope_keys.end(), scope_key);
                    keys.push_back(static_cast<std::uint32_t>(found - scope_keys.begin()));
                    if (found == scope_keys.end()) scope_keys.push_back(scope_key);
                    names.push_back(scope_key);
                }
                params.emplace_back(set.params[index], std::move(names), std::move(keys));
            }
            break;
        }
        case SlotSource::Kind::let: {
            Step& let = lets[own.index];
            if (!let) {
                let = program.add(rule.lets[own.index].expression,
                                  [&](std::uint16_t inner) { return source_of(rule, inner, lets); });
            }
            return {.kind = Source::Kind::expression, .number = *let};
        }
        case SlotSource::Kind::list: {
            number = input_number(Origin::Kind::list, format("#list {}", own.index), Kind::list, false);
            origin = {.kind = Origin::Kind::list, .number = own.index};
            break;
        }
        case SlotSource::Kind::table: {
            const Table& table = set.tables[own.index];
            const bool is_column = std::count(path.begin(), path.end(), '.') == 2;
            const Kind kind = is_column ? answer_type(table, own.column).kind : Kind::boolean;
            number = input_number(Origin::Kind::table, "#" + path, kind, false);
            origin = {.kind = Origin::Kind::table, .number = own.index, .column = own.column};
            break;
        }
        case SlotSource::Kind::others: {
            number = input_number(Origin::Kind::other, path, other_type(set, path).kind, false);
            origin.kind = Origin::Kind::other;
            if (!origins[number].is_set) {
                origin.number = static_cast<std::uint32_t>(others.size());
                others.push_back(path);
            }
            break;
        }
    }
    if (!origins[number].is_set) {
        origins[number] = origin;
        origins[number].is_set = true;
    }
    const bool is_look_up = own.kind == SlotSource::Kind::list || own.kind == SlotSource::Kind::table ||
                            own.kind == SlotSource::Kind::others;
    return {.kind = is_look_up ? Source::Kind::look_up : Source::Kind::input, .number = number};
}

void BatchJudge::Parts::add(const Rule& rule) {
    RulePlan plan{.rule = &rule};
    std::vector<Step> lets(rule.lets.size());
    const Program::SourceOf sources = [&](std::uint16_t slot) { return source_of(rule, slot, lets); };
    const auto step = [&](const cel::Expression& expression) -> Step {
        if (expression.is_empty()) return std::nullopt;
        return program.add(expression, sources);
    };
    const auto folded = [&](bool is_all, const std::vector<std::uint32_t>& steps) -> Step {
        if (steps.empty()) return std::nullopt;
        return is_all ? program.all(steps) : program.any(steps);
    };
    plan.applies = step(rule.applies);
    std::vector<std::uint32_t> clauses;
    std::vector<std::uint32_t> doubts;
    std::vector<std::uint32_t> doubts_of_hits;
    std::vector<std::uint32_t> exceptions;
    std::vector<std::uint32_t> needs;
    for (const Clause& clause : rule.clauses) clauses.push_back(*step(clause.condition));
    plan.when = folded(!rule.any, clauses);
    for (const auto* slots : {&rule.needs, &rule.param_slots}) {
        for (const std::uint16_t slot : *slots) {
            // judge() reads a look-up as what it was when it was looked up; no rule needs one.
            const Program::Source from = sources(slot);
            CHECK(from.kind != Program::Source::Kind::look_up);
            needs.push_back(program.has(from));
        }
    }
    plan.needs = folded(true, needs);
    for (const Clause& doubt : rule.doubts) {
        (doubt.asked_of_hits_only ? doubts_of_hits : doubts).push_back(*step(doubt.condition));
    }
    plan.doubts = folded(false, doubts);
    plan.doubts_of_hits = folded(false, doubts_of_hits);
    for (const Clause& exception : rule.exceptions) exceptions.push_back(*step(exception.condition));
    plan.exceptions = folded(false, exceptions);
    for (const Band& band : rule.bands) plan.bands.push_back(step(band.condition));
    plan.severity = step(rule.severity);
    plan.margin = step(rule.margin);
    plan.at_risk = step(rule.at_risk);
    for (const Step& one : {plan.applies, plan.when, plan.needs, plan.doubts, plan.exceptions, plan.doubts_of_hits,
                            plan.severity, plan.margin, plan.at_risk}) {
        if (one) plan.steps.push_back(*one);
    }
    for (const Step& band : plan.bands) {
        if (band) plan.steps.push_back(*band);
    }
    plans.push_back(std::move(plan));
}

ColumnView BatchJudge::Parts::scope(std::uint32_t number) {
    if (are_scopes_read[number] == 0) {
        scopes[number] = source->scope(scope_keys[number]);
        are_scopes_read[number] = 1;
    }
    return scopes[number];
}

ColumnView BatchJudge::Parts::input(std::uint32_t number, const std::uint8_t* wanted) {
    const Origin& origin = origins[number];
    switch (origin.kind) {
        case Origin::Kind::fact: {
            return source->fact(origin.number, wanted != nullptr ? wanted : everything.data());
        }
        case Origin::Kind::param: {
            ChosenParam& param = params[origin.number];
            std::vector<ColumnView> own;
            if (param.has_scopes()) {
                for (const std::uint32_t key : param.scope_numbers()) own.push_back(scope(key));
            }
            return param.column(days, own, rows, *vocabulary);
        }
        default: break;
    }
    CHECK(false);
    return {};
}

Value BatchJudge::Parts::look_up(std::uint32_t number, std::size_t row, std::span<const Value> key) {
    const Origin& origin = origins[number];
    if (origin.kind == Origin::Kind::other) return source->other(origin.number, row, key[0]);
    const std::optional<Date> day = days.of(row);
    if (!day) return {};
    if (origin.kind == Origin::Kind::list) return members(set.lists[origin.number], *day);
    const Table& table = set.tables[origin.number];
    std::vector<const TableRow*> found = matching_rows(table, key, *day);
    if (is_single_hit(table.hit) && found.size() > 1) found.resize(1);
    return answer(table, origin.column, found);
}

Value BatchJudge::Parts::contains(std::uint32_t number, std::size_t row, std::span<const Value> key) {
    const Origin& origin = origins[number];
    const std::optional<Date> day = days.of(row);
    if (!day) return {};
    if (origin.kind == Origin::Kind::list)
        return Value::of_bool(find_entry(set.lists[origin.number], key, *day) != nullptr);
    return Value::of_bool(find_row(set.tables[origin.number], key, *day) != nullptr);
}

// rules.md §4.6, in the order of judge(). The first two stages look at all rows, the others at the few that are left.
void BatchJudge::Parts::judge_rule(std::size_t number, const Byte* asked, Fill fill, BatchOutcomes& into) {
    const RulePlan& plan = plans[number];
    const Rule& rule = *plan.rule;
    Outcome* const out = into.outcomes.data() + number * rows;
    const bool may_lack_day = rule.date_slot.has_value() && !days.are_all_known();
    const Byte* wanted = asked;
    if (!days.are_all_within(rule.in_force)) {
        days.mark_within(rule.in_force, asked, rows, live.data());
        wanted = live.data();
    }
    if (wanted != nullptr && !cel::is_any(wanted, rows)) {
        std::fill_n(out, rows, Outcome::not_applicable);
        return;
    }
    Left left{.is_any = true, .has_unknown = false};
    if (plan.applies) {
        left = after_applies(wanted, truths_of(program.evaluate(*plan.applies, wanted)), rows, live.data(), out);
    } else {
        for (std::size_t row = 0; row < rows; ++row) {
            live[row] = wanted == nullptr ? 1 : wanted[row];
            out[row] = live[row] != 0 ? Outcome::clear : Outcome::not_applicable;
        }
    }
    if (may_lack_day) {  // applies is then absent, unless it is false
        for (std::size_t row = 0; row < rows; ++row) {
            if (live[row] == 0 || days.is_known(row)) continue;
            live[row] = 0;
            out[row] = Outcome::inconclusive;
            left.has_unknown = true;
        }
    }
    open_rows.clear();
    if (left.is_any) {
        const Byte* const mask = cel::covers(live.data(), everything.data(), rows) ? nullptr : live.data();
        const auto asked_of = [&](const Step& step) {
            return step ? truths_of(program.evaluate(*step, mask)) : cel::Truths{nullptr, nullptr};
        };
        const cel::Truths when = asked_of(plan.when);
        const cel::Truths needs = asked_of(plan.needs);
        const cel::Truths doubts = asked_of(plan.doubts);
        if (after_clauses({when, needs, doubts}, rule.any, rows, live.data(), unknown.data()))
            append_rows(live.data(), rows, open_rows);
    }
    for (const std::uint16_t row : open_rows) out[row] = Outcome::hit;
    settle_open(plan, out);
    if (left.has_unknown) {
        for (std::size_t row = 0; row < rows; ++row) {
            if (out[row] != Outcome::clear && out[row] != Outcome::not_applicable)
                into.stored.push_back(static_cast<std::uint32_t>(number * rows + row));
        }
    } else {
        for (const std::uint16_t row : open_rows)
            into.stored.push_back(static_cast<std::uint32_t>(number * rows + row));
    }
    weigh(plan, number, fill, into);
}

// What a step says of the rows that are open: cell by cell where few are left, else as a column.
template <class Each>
void BatchJudge::Parts::of_open_rows(const Step& step, const std::vector<std::uint16_t>& among, Each each) {
    if (!step || among.empty()) return;
    const bool by_cell =
        program.has_cells(*step) && (rows == 1 || (program.is_dense(*step) && among.size() * 8 < rows));
    if (by_cell) {
        for (const std::uint16_t row : among) {
            program.select(row, nullptr);
            const Program::Cell cell = program.cell(*step);
            each(row, cell);
        }
        return;
    }
    std::fill_n(mask_of_open.data(), rows, Byte{0});
    for (const std::uint16_t row : among) mask_of_open[row] = 1;
    const ColumnView view = program.evaluate(*step, mask_of_open.data());
    for (const std::uint16_t row : among) {
        Program::Cell cell;
        cell.known = view.known == nullptr ? mark_known : view.known[row];
        if (cell.known == mark_known) {
            if (program.has_cells(*step)) {
                cell.number = view.kind == Kind::boolean ? view.truths[row] : view.numbers[row];
            } else {
                const Value value = program.value(*step, row);
                const bool is_time = value.kind() == Kind::timestamp || value.kind() == Kind::duration;
                cell.number = is_time ? value.ms() : value.number();
            }
        }
        each(row, cell);
    }
}

// Rows that are neither clear nor out: exceptions, what is unknown, doubts of hits. `open_rows` stay as they are.
void BatchJudge::Parts::settle_open(const RulePlan& plan, Outcome* out) {
    if (open_rows.empty()) return;
    of_open_rows(plan.exceptions, open_rows, [&](std::uint16_t row, const Program::Cell& cell) {
        if (cell.is_true())
            out[row] = Outcome::exempt;
        else if (!cell.is_false())
            out[row] = Outcome::inconclusive;
    });
    hits.clear();
    for (const std::uint16_t row : open_rows) {
        if (out[row] == Outcome::hit && unknown[row] != 0) out[row] = Outcome::inconclusive;
        if (out[row] == Outcome::hit) hits.push_back(row);
    }
    of_open_rows(plan.doubts_of_hits, hits, [&](std::uint16_t row, const Program::Cell& cell) {
        if (!cell.is_false()) out[row] = Outcome::inconclusive;
    });
}

// Band, severity, margin and money of the hits.
void BatchJudge::Parts::weigh(const RulePlan& plan, std::size_t number, Fill fill, BatchOutcomes& into) {
    const std::size_t base = number * rows;
    hits.clear();
    for (const std::uint16_t row : open_rows) {
        if (into.outcomes[base + row] == Outcome::hit) hits.push_back(row);
    }
    if (hits.empty()) return;
    for (const std::uint16_t row : hits) into.severities[base + row] = 1;
    without_band = hits;
    for (std::size_t i = 0; i < plan.bands.size() && i < no_band && !without_band.empty(); ++i) {
        const auto put = [&](std::uint16_t row) {
            into.bands[base + row] = static_cast<Byte>(i);
            into.severities[base + row] = static_cast<Byte>(plan.rule->bands[i].severity);
        };
        if (!plan.bands[i]) {
            for (const std::uint16_t row : without_band) put(row);
            break;
        }
        of_open_rows(plan.bands[i], without_band, [&](std::uint16_t row, const Program::Cell& cell) {
            if (cell.is_true()) put(row);
        });
        std::erase_if(without_band, [&](std::uint16_t row) { return into.bands[base + row] != no_band; });
    }
    of_open_rows(plan.severity, hits, [&](std::uint16_t row, const Program::Cell& cell) {
        if (cell.known == mark_known)
            into.severities[base + row] = static_cast<Byte>(std::clamp<std::int64_t>(cell.number, 1, 3));
    });
    if (fill != Fill::amounts_of_hits) return;
    of_open_rows(plan.margin, hits, [&](std::uint16_t row, const Program::Cell& cell) {
        if (cell.known == mark_known) into.margins[base + row] = cell.number;
    });
    of_open_rows(plan.at_risk, hits, [&](std::uint16_t row, const Program::Cell& cell) {
        if (cell.known == mark_known) into.at_risk_fen[base + row] = cell.number;
    });
}

// The same for a batch of one row, cell by cell.
void BatchJudge::Parts::judge_row(std::size_t number, const Byte* asked, Fill fill, BatchOutcomes& into) {
    const RulePlan& plan = plans[number];
    const Rule& rule = *plan.rule;
    Outcome& out = into.outcomes[number];
    out = Outcome::not_applicable;
    if (asked != nullptr && asked[0] == 0) return;
    const std::optional<Date> day = days.of(0);
    if (day && !rule.in_force.contains(*day)) return;
    const bool lacks_day = !day && rule.date_slot.has_value();
    bool is_open = !lacks_day;
    if (plan.applies) {
        const Program::Cell applies = program.cell(*plan.applies);
        if (applies.is_false()) return;
        is_open = is_open && applies.is_true();
    }
    open_rows.clear();
    if (is_open) {
        bool is_unknown = false;
        bool holds = !rule.any;
        if (plan.when) {
            const Program::Cell when = program.cell(*plan.when);
            is_unknown = when.known != mark_known;
            holds = when.is_true();
        }
        if (plan.needs) is_unknown = is_unknown || !program.cell(*plan.needs).is_true();
        if (plan.doubts) is_unknown = is_unknown || !program.cell(*plan.doubts).is_false();
        if (!is_unknown && !holds) {
            out = Outcome::clear;
            return;
        }
        unknown[0] = is_unknown ? 1 : 0;
        out = Outcome::hit;
        open_rows.push_back(0);
        settle_open(plan, &out);
        weigh(plan, number, fill, into);
    } else {
        out = Outcome::inconclusive;
    }
    into.stored.push_back(static_cast<std::uint32_t>(number));
}

BatchJudge::BatchJudge(const RuleSet& set, std::vector<const Rule*> rules, const Zone& zone)
    : parts_(std::make_unique<Parts>(set, std::move(rules), zone)) {}
BatchJudge::~BatchJudge() = default;
BatchJudge::BatchJudge(BatchJudge&&) noexcept = default;

const std::vector<const Rule*>& BatchJudge::rules() const {
    return parts_->rules;
}
const std::vector<Fact>& BatchJudge::facts() const {
    return parts_->facts;
}
const std::vector<std::string>& BatchJudge::others() const {
    return parts_->others;
}

std::vector<std::size_t> BatchJudge::facts_of(std::size_t rule) const {
    std::vector<std::size_t> found;
    for (const std::uint32_t step : parts_->plans[rule].steps) {
        for (const std::uint32_t input : parts_->program.inputs_of(step)) {
            const Parts::Origin& origin = parts_->origins[input];
            if (origin.kind == Parts::Origin::Kind::fact) found.push_back(origin.number);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void BatchJudge::set_at_hand(std::size_t fact, bool at_hand) {
    parts_->program.set_at_hand(parts_->fact_inputs[fact], at_hand);
}

void BatchJudge::judge(FactColumns& columns, std::size_t rows, cel::Vocabulary& vocabulary, Fill fill,
                       BatchOutcomes& into, std::span<const std::uint8_t> asked) {
    CHECK(rows >= 1 && rows <= batch_max);
    CHECK(asked.empty() || asked.size() == rows * parts_->rules.size());
    Parts& parts = *parts_;
    const std::size_t cells = rows * parts.rules.size();
    into.rows = rows;
    into.outcomes.resize(cells);
    into.stored.clear();
    into.severities.assign(cells, 0);
    into.bands.assign(cells, no_band);
    into.margins.assign(fill == Fill::amounts_of_hits ? cells : 0, 0);
    into.at_risk_fen.assign(fill == Fill::amounts_of_hits ? cells : 0, 0);
    parts.source = &columns;
    parts.vocabulary = &vocabulary;
    parts.rows = rows;
    parts.days = BatchDays(columns.date(), rows);
    parts.scopes.resize(parts.scope_keys.size());
    parts.are_scopes_read.assign(parts.scope_keys.size(), 0);
    parts.program.begin(rows, parts, vocabulary, parts.zone);
    for (std::size_t rule = 0; rule < parts.rules.size(); ++rule) {
        const Byte* const own = asked.empty() ? nullptr : asked.data() + rule * rows;
        rows == 1 ? parts.judge_row(rule, own, fill, into) : parts.judge_rule(rule, own, fill, into);
    }
}

}  // namespace ningyi::rule
