// SPDX-License-Identifier: Apache-2.0
// Evaluates macros over lists and maps. all and exists fold like && and ||; the others are strict: one unknown element
// makes the whole unknown.
#include "cel/tree.h"

namespace ningyi::cel {
namespace {

struct Outcome {
    bool is_true = false;
    bool is_known = true;
};

class Folding {
public:
    Folding(const Node& node, Scope& scope) : node_(node), scope_(scope), decisive_(node.fold == Fold::exists) {}

    Value over(const Value& range) {
        if (range.kind() == Kind::list) {
            const List& items = range.list();
            for (std::size_t i = 0; i < items.size(); ++i) {
                if (!goes_on(Value::of_int(static_cast<std::int64_t>(i)), items[i], true)) break;
            }
        } else if (range.kind() == Kind::map) {
            for (const auto& [key, value] : range.map()) {
                if (!goes_on(key, value, false)) break;
            }
        } else {
            return located(no_overload_error(), node_, scope_.tree);
        }
        return result();
    }

private:
    // One element; false when the outcome cannot change any more.
    bool goes_on(const Value& key, const Value& value, bool is_list) {
        if (--scope_.budget < 0) {
            stopped_ = located(budget_error(), node_, scope_.tree);
            return false;
        }
        Value* locals = scope_.locals + node_.slot;
        if (node_.variables == 2) {
            locals[0] = key;
            locals[1] = value;
        } else {
            locals[0] = is_list ? value : key;
        }
        switch (node_.fold) {
            case Fold::all:
            case Fold::exists: {
                const Outcome outcome = predicate(*node_.children[1]);
                if (!outcome.is_known || outcome.is_true != decisive_) return true;
                stopped_ = Value::of_bool(decisive_);
                return false;
            }
            case Fold::exists_one: {
                const Outcome outcome = predicate(*node_.children[1]);
                if (outcome.is_known && outcome.is_true) ++count_;
                return true;
            }
            case Fold::filter: {
                const Outcome outcome = predicate(*node_.children[1]);
                if (outcome.is_known && outcome.is_true) items_.push_back(locals[0]);
                return true;
            }
            case Fold::map:
            case Fold::transform_list:
            case Fold::transform_map: return transforms(key);
            case Fold::bind: break;
        }
        return true;
    }

    bool transforms(const Value& key) {
        if (node_.children[1] != nullptr) {
            const Outcome outcome = predicate(*node_.children[1]);
            if (!outcome.is_known || !outcome.is_true) return true;
        }
        Value made = evaluate(*node_.children[2], scope_);
        if (!made.is_known()) {
            unknowns_.add(made);
        } else if (node_.fold == Fold::transform_map) {
            pairs_.emplace_back(key, std::move(made));
        } else {
            items_.push_back(std::move(made));
        }
        return true;
    }

    Outcome predicate(const Node& body) {
        const Value value = evaluate(body, scope_);
        if (value.kind() == Kind::boolean) return {.is_true = value.is_true(), .is_known = true};
        unknowns_.add(value.is_known() ? located(no_overload_error(), body, scope_.tree) : value);
        return {.is_true = false, .is_known = false};
    }

    Value result() {
        if (!stopped_.is_absent()) return stopped_;
        if (unknowns_.found()) return unknowns_.value();
        switch (node_.fold) {
            case Fold::all: return Value::of_bool(true);
            case Fold::exists: return Value::of_bool(false);
            case Fold::exists_one: return Value::of_bool(count_ == 1);
            case Fold::transform_map: return Value::of_map(std::move(pairs_));
            default: return Value::of_list(std::move(items_));
        }
    }

    const Node& node_;
    Scope& scope_;
    bool decisive_;
    Value stopped_;
    Unknowns unknowns_;
    std::int64_t count_ = 0;
    List items_;
    Map pairs_;
};

}  // namespace

Value evaluate_fold(const Node& node, Scope& scope) {
    Value range = evaluate(*node.children[0], scope);
    if (node.fold == Fold::bind) {
        // What is bound may be unknown: only its use makes the body unknown.
        scope.locals[node.slot] = std::move(range);
        return evaluate(*node.children[1], scope);
    }
    if (!range.is_known()) return range;
    return Folding(node, scope).over(range);
}

}  // namespace ningyi::cel
