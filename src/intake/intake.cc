// SPDX-License-Identifier: Apache-2.0
#include "intake/intake.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/zone.h"
#include "log/verify.h"
#include "trust/cipher.h"
#include "trust/seal.h"
#include "trust/sha256.h"

namespace ningyi::intake {
namespace {

// Keys of the log itself. Owners' names hold a "/", so that these cannot be one.
const std::string signing_owner = "signing";
const std::string salt_owner = "content salt";

constexpr const char* tree_property = "tree";
constexpr int sealed_from_level = 3;
constexpr std::size_t longest_name = 128;
constexpr std::size_t largest_body = std::size_t{1} << 20U;
constexpr Millis end_of_year_9999 = 253'402'300'800'000;

Fault fault(const char* code, std::string zh, std::string en) {
    return {.code = code, .zh = std::move(zh), .en = std::move(en)};
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// What is wrong with everything but the body.
Faults faults_of_frame(const log::Draft& draft) {
    Faults faults;
    if (draft.id == Id{}) {
        faults.push_back(fault("E621", "事件编号为零；应为上报方生成的 128 位随机数",
                               "the event id is zero; it should be 128 random bits made by the reporter"));
    }
    if (!is_name(draft.subject)) {
        faults.push_back(fault("E622", format("对象编号（subject）应为 1 至 {} 字节的文本", longest_name),
                               format("the subject should be a text of 1 to {} bytes", longest_name)));
    }
    if (!is_name(draft.actor)) {
        faults.push_back(fault("E622", format("上报人（actor）应为 1 至 {} 字节的文本", longest_name),
                               format("the actor should be a text of 1 to {} bytes", longest_name)));
    }
    if (draft.happened_at.ms < 0 || draft.happened_at.ms >= end_of_year_9999) {
        faults.push_back(fault("E623", "发生时间应在 1970 年至 9999 年之间",
                               "happened_at should lie between the years 1970 and 9999"));
    }
    return faults;
}

bool is_sealed(const model::Field& field, const cbor::Value& value) {
    // Byte strings always: an opener knows envelopes by their kind, whatever the model says when it reads.
    return field.level >= sealed_from_level || value.kind == cbor::Kind::bytes;
}

std::string month_of(Instant instant) {
    const Calendar day = calendar_of(Zone::china().date(instant));
    return format("/{:04}-{:02}", day.year, day.month);
}

// Whose key seals the body of this draft: "elder/e17", "caregiver/c3/2026-08".
Result<std::string> owner_of(const model::EventType& type, const model::Entity& subject, const log::Draft& draft) {
    std::string owner;
    if (type.key_of.empty()) {
        owner = type.subject + "/" + draft.subject;
    } else {
        const model::Field* const field = subject.field(type.key_of);
        const cbor::Value* const value = draft.body.find(type.key_of);
        if (field == nullptr || field->level >= sealed_from_level) {
            return failure(fault(
                "E624", format("{} 的 key_of 应指向一个公开或内部级（1、2 级）的字段，实为 {}", type.name, type.key_of),
                format("key_of of {} should name a field of privacy level 1 or 2, but is {}", type.name, type.key_of)));
        }
        if (value == nullptr || value->kind != cbor::Kind::text || !is_name(value->text)) {
            return failure(fault(
                "E625", format("{}：字段 {} 决定由谁的密钥密封，应填写", type.name, type.key_of),
                format("{}: field {} says whose key seals the event and should be there", type.name, type.key_of)));
        }
        owner = (field->ref.empty() ? type.key_of : field->ref) + "/" + value->text;
    }
    if (type.key_by_month) owner += month_of(draft.happened_at);
    if (owner.size() > trust::longest_owner) {
        return failure(fault("E622", "密钥归属名过长", "the name of the key's owner is too long"));
    }
    return owner;
}

}  // namespace

// What was accepted into the group in hand, before it is sealed.
struct Intake::Group {
    struct Taken {
        std::size_t index = 0;            // of the draft
        std::string clear;                // its canonical body
        std::size_t owner = 0;            // index into owners; of no meaning when nothing is sealed
        std::vector<std::string> sealed;  // names of the fields to seal, in order
    };
    std::vector<Taken> taken;
    std::vector<std::string> owners;
    std::size_t bytes = 0;
};

Intake::Intake(log::EventLog& log, log::Keys& keys, const model::Dictionary& dictionary, Clock clock)
    : log_(log), keys_(keys), dictionary_(dictionary), clock_(std::move(clock)) {
    const bool is_new = !log_.property(log::public_key_property);
    if (!is_new && !keys_.find(signing_owner)) {
        throw MachineError(
            "密钥库里没有这本日志的签名密钥：日志与密钥库不配套 | the keys hold no signing key of this log: "
            "log and keys do not belong together");
    }
    const std::string owners[] = {signing_owner, salt_owner};
    const std::vector<std::string> own = keys_.obtain(owners);
    signing_ = trust::key_pair_of(own[0]);
    salt_ = own[1];
    if (is_new) {
        // The key names the log: an origin cannot be taken over by another key.
        log_.set_property(log::origin_property, "ningyi/" + to_hex(trust::sha256(signing_.public_key)).substr(0, 16));
        log_.set_property(log::public_key_property, signing_.public_key);
    } else if (log_.property(log::public_key_property) != signing_.public_key) {
        throw MachineError(
            "日志的公钥与密钥库里的签名密钥不符：日志与密钥库不配套 | the public key of the log is not that of the "
            "signing key: log and keys do not belong together");
    }
    partition_ = log_.property(log::origin_property).value_or("");
    restore_tree();
}

// The tree of the log: from the state stored with the last checkpoint when that state gives its root, else from all
// leaves.
void Intake::restore_tree() {
    const auto notes = log_.checkpoints();
    if (!notes.empty()) {
        const auto last = log::checkpoint_of(notes.back().second, signing_.public_key);
        if (!last || last->origin != partition_ || last->size > log_.size()) {
            throw MachineError(
                "最后一个检查点与日志不符，请先运行校验 | the last checkpoint does not fit the log, verify it first");
        }
        checkpointed_ = last->size;
        last_note_hash_ = log::hash_of_note(notes.back().second);
        const std::string state = log_.property(tree_property).value_or("");
        std::vector<std::string> peaks;
        for (std::size_t at = 0; at + trust::digest_size <= state.size(); at += trust::digest_size) {
            peaks.push_back(state.substr(at, trust::digest_size));
        }
        auto tree = trust::MerkleTree::restored(last->size, std::move(peaks));
        if (tree && tree->root() == last->root) tree_ = std::move(*tree);
    }
    catch_up();
}

// Adds the leaves that the log holds and the tree does not.
void Intake::catch_up() {
    log_.read_leaves(tree_.size(), [&](std::uint64_t, std::string_view leaf) {
        tree_.add(std::string(leaf));
        return true;
    });
}

// Checks one draft; what is right goes into the group.
void Intake::add(Group& group, const log::Draft& draft, std::size_t index, Acceptance& out) {
    Faults& faults = out.answers[index].faults;
    faults = faults_of_frame(draft);
    const model::EventType* const type = dictionary_.event(draft.type);
    if (type == nullptr) {
        faults.push_back(fault("E620", format("没有事件类型 {}", draft.type), format("no event type {}", draft.type)));
        return;
    }
    for (Fault& found : model::faults_of(dictionary_, *type, draft.body)) faults.push_back(std::move(found));
    if (!faults.empty()) return;
    const model::Entity& subject = *dictionary_.entity(type->subject);
    Group::Taken taken{.index = index, .clear = cbor::encode(draft.body)};
    if (taken.clear.size() > largest_body) {
        faults.push_back(fault("E626", format("内容为 {} 字节，应不超过 1 MiB", taken.clear.size()),
                               format("the body has {} bytes, but should have at most 1 MiB", taken.clear.size())));
        return;
    }
    for (const auto& [name, value] : draft.body.pairs) {
        if (is_sealed(*subject.field(name), value)) taken.sealed.push_back(name);
    }
    if (!taken.sealed.empty()) {
        Result<std::string> owner = owner_of(*type, subject, draft);
        if (!owner) {
            faults = std::move(owner.error());
            return;
        }
        // Drafts often follow each other by owner.
        if (group.owners.empty() || group.owners.back() != *owner) group.owners.push_back(std::move(*owner));
        taken.owner = group.owners.size() - 1;
    }
    group.bytes += taken.clear.size();
    group.taken.push_back(std::move(taken));
}

// Keys, then events, then the receipt: what is answered rests on what is durable.
void Intake::append(Group& group, std::span<const log::Draft> drafts, Acceptance& out) {
    if (group.taken.empty()) return;
    const std::vector<std::string> owner_keys = keys_.obtain(group.owners);
    const Instant now = clock_();
    std::vector<log::EventLog::Item> items;
    items.reserve(group.taken.size());
    for (Group::Taken& taken : group.taken) {
        const log::Draft& draft = drafts[taken.index];
        log::EventLog::Item& item = items.emplace_back();
        log::Event& event = item.event;
        event.id = draft.id;
        event.type = draft.type;
        event.subject = draft.subject;
        event.happened_at = draft.happened_at;
        event.recorded_at = now;
        event.actor = draft.actor;
        if (taken.sealed.empty()) {
            item.content = trust::hmac_sha256(salt_, taken.clear);
            event.body = std::move(taken.clear);
            continue;
        }
        const std::string& key = owner_keys[taken.owner];
        // Salted with the owner's key: once it is destroyed, nobody can try out what the body may have been.
        item.content = trust::hmac_sha256(key, salt_ + taken.clear);
        cbor::Value body = cbor::Value::map();
        body.pairs.reserve(draft.body.pairs.size());
        std::size_t next = 0;
        for (const auto& [name, value] : draft.body.pairs) {
            if (next < taken.sealed.size() && taken.sealed[next] == name) {
                ++next;
                const trust::SealedPlace place{partition_, draft.id, draft.type, name};
                body.pairs.emplace_back(name, cbor::Value::of_bytes(trust::seal(key, group.owners[taken.owner], place,
                                                                                cbor::encode(value))));
            } else {
                body.pairs.emplace_back(name, value);
            }
        }
        event.body = cbor::encode(body);
    }

    const std::vector<log::AppendResult> results = log_.append(items);
    cbor::Value lines = cbor::Value::of_array({});
    for (std::size_t i = 0; i < results.size(); ++i) {
        const log::AppendResult& result = results[i];
        Answer& answer = out.answers[group.taken[i].index];
        answer.seq = result.seq;
        answer.receipt = out.receipts.size();
        switch (result.outcome) {
            case log::Appended::yes:
                answer.outcome = Answered::accepted;
                answer.recorded_at = items[i].event.recorded_at;
                tree_.add(result.leaf);
                break;
            case log::Appended::again: answer.outcome = Answered::again; break;
            case log::Appended::conflict:
                answer.outcome = Answered::conflict;
                answer.faults.push_back(
                    fault("E627", format("编号 {} 已在日志第 {} 号，而内容不同", items[i].event.id.hex(), result.seq),
                          format("id {} is in the log already as number {}, with other content",
                                 items[i].event.id.hex(), result.seq)));
                continue;
        }
        lines.items.push_back(
            cbor::Value::of_array({cbor::Value::of_bytes(items[i].event.id.view()), cbor::Value::of_bytes(result.leaf),
                                   cbor::Value::of(static_cast<std::int64_t>(result.seq))}));
    }
    Receipt receipt{cbor::encode(cbor::Value::of_array({cbor::Value::of_text(partition_), std::move(lines)})), {}};
    receipt.signature = trust::signature_of(signing_, receipt.content);
    out.receipts.push_back(std::move(receipt));
    if (tree_.size() - checkpointed_ >= checkpoint_leaves) checkpoint();
}

Acceptance Intake::accept(std::span<const log::Draft> drafts) {
    catch_up();
    Acceptance out;
    out.answers.resize(drafts.size());
    Group group;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        add(group, drafts[i], i, out);
        if (group.taken.size() >= group_events || group.bytes >= group_bytes) {
            append(group, drafts, out);
            group = {};
        }
    }
    append(group, drafts, out);
    return out;
}

void Intake::checkpoint() {
    catch_up();
    if (tree_.size() == checkpointed_) return;
    // A log that shrank or changed under us must not be signed.
    if (tree_.size() != log_.size()) {
        throw MachineError(
            "日志的条数与已接收的不符，请先运行校验 | the size of the log is not what was accepted, verify it first");
    }
    const log::Checkpoint checkpoint{partition_, tree_.size(), tree_.root(), clock_(), last_note_hash_};
    const std::string note = log::note_of(checkpoint, signing_);
    log_.add_checkpoint(tree_.size(), note);
    std::string state;
    for (const std::string& peak : tree_.peaks()) state += peak;
    log_.set_property(tree_property, state);
    checkpointed_ = tree_.size();
    last_note_hash_ = log::hash_of_note(note);
}

bool holds(const Receipt& receipt, std::string_view public_key) {
    return trust::is_signed(public_key, receipt.content, receipt.signature);
}

}  // namespace ningyi::intake
