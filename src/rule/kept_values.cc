// SPDX-License-Identifier: Apache-2.0
#include "rule/kept_values.h"

#include <vector>

namespace ningyi::rule {
namespace {

using cel::Value;

// Gives expressions what is kept; of the rest nothing is known, not even that it was absent.
class KeptHost final : public cel::Host {
public:
    KeptHost(const cel::Names& names, const KeptValue& kept) : names_(names), kept_(kept) {}
    Value read(std::uint16_t slot) override {
        const std::optional<Value> value = kept_(names_.path(slot));
        if (!value) is_guess_ = true;
        return value && value->is_known() ? *value : Value::absent(slot);
    }
    Value look_up(std::uint16_t slot, std::span<const Value>) override { return guess(slot); }
    Value contains(std::uint16_t slot, std::span<const Value>) override { return guess(slot); }
    bool is_guess() const { return is_guess_; }

private:
    Value guess(std::uint16_t slot) {
        is_guess_ = true;
        return Value::absent(slot);
    }
    const cel::Names& names_;
    const KeptValue& kept_;
    bool is_guess_ = false;
};

}  // namespace

KeptValue kept_by(const Judgement& judgement) {
    return [&judgement](const std::string& path) -> std::optional<Value> {
        for (const auto& [name, value] : judgement.values) {
            if (name == path) return value;
        }
        return std::nullopt;
    };
}

std::optional<Value> kept_value_of(const cel::Node& node, const cel::Expression::Tree& tree, const cel::Names& names,
                                   const KeptValue& kept, const Zone& zone) {
    KeptHost host(names, kept);
    std::vector<Value> locals(tree.locals);
    cel::Scope scope{tree, host, zone, locals.data(), tree.budget};
    const Value value = cel::evaluate(node, scope);
    if (host.is_guess()) return std::nullopt;
    return value;
}

}  // namespace ningyi::rule
