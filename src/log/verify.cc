// SPDX-License-Identifier: Apache-2.0
#include "log/verify.h"

#include "base/text.h"
#include "log/checkpoint.h"
#include "trust/merkle.h"

namespace ningyi::log {
namespace {

constexpr std::size_t most_faults = 100;
constexpr std::uint64_t progress_step = 4096;
constexpr std::size_t leaves_at_once = 8192;

// A checkpoint of the chain, in the order of the log.
struct Anchor {
    std::uint64_t size = 0;
    std::string root;
};

class Verifier {
public:
    Verifier(EventLog& log, const VerifyOptions& options) : log_(log), options_(options) {}

    Verification result() {
        read_chain();
        compare_anchors();  // those of size 0
        log_.read(0, [&](const Event& event) {
            take(event);
            return true;
        });
        if (next_leaf_ < leaves_.size() || leaf_after(out_.size)) {
            fault("E665", format("第 {} 号之后有叶子哈希而没有事件", out_.size),
                  format("there is a leaf hash without an event behind number {}", out_.size));
            mark(out_.size + 1);
        }
        for (; next_anchor_ < anchors_.size(); ++next_anchor_) {
            fault("E666",
                  format("日志只有 {} 条，而检查点证明曾有 {} 条：末尾的事件被删去", out_.size,
                         anchors_[next_anchor_].size),
                  format("the log holds {} events, but a checkpoint proves that it held {}: the last ones were removed",
                         out_.size, anchors_[next_anchor_].size));
            mark(out_.size + 1);
        }
        out_.root = tree_.root();
        return std::move(out_);
    }

private:
    void fault(const char* code, std::string zh, std::string en) {
        if (out_.faults.size() < most_faults) {
            out_.faults.push_back({.code = code, .zh = std::move(zh), .en = std::move(en)});
        }
    }

    void mark(std::uint64_t seq) {
        if (!out_.first_bad_seq || *out_.first_bad_seq > seq) out_.first_bad_seq = seq;
    }

    // Signatures, sizes and hashes of the chain of checkpoints, before any event is read.
    void read_chain() {
        const std::string key =
            options_.public_key.empty() ? log_.property(public_key_property).value_or("") : options_.public_key;
        const std::string origin = log_.property(origin_property).value_or("");
        std::string previous;
        std::uint64_t least = 0;
        for (const auto& [size, note] : log_.checkpoints()) {
            ++out_.checkpoints;
            const Result<Checkpoint> checkpoint = checkpoint_of(note, key);
            if (!checkpoint) {
                for (const Fault& found : checkpoint.error()) {
                    fault("E662", format("第 {} 个检查点：{}", out_.checkpoints, found.zh),
                          format("checkpoint {}: {}", out_.checkpoints, found.en));
                }
            } else if (checkpoint->origin != origin || checkpoint->previous != previous || checkpoint->size != size ||
                       checkpoint->size < least) {
                fault("E663", format("第 {} 个检查点与前一个不相接", out_.checkpoints),
                      format("checkpoint {} does not follow the one before it", out_.checkpoints));
            } else {
                anchors_.push_back({checkpoint->size, checkpoint->root});
                least = checkpoint->size;
            }
            previous = hash_of_note(note);
        }
    }

    void take(const Event& event) {
        const std::uint64_t expected = out_.size + 1;
        if (event.seq != expected) {
            fault("E664", format("第 {} 号事件应在此处，实为第 {} 号", expected, event.seq),
                  format("event {} should stand here, but it is number {}", expected, event.seq));
            mark(expected);
        }
        if (event.recorded_at < last_recorded_) {
            fault("E664", format("第 {} 号事件的入库时间早于前一条", event.seq),
                  format("event {} is recorded before the one in front of it", event.seq));
            mark(event.seq);
        }
        last_recorded_ = event.recorded_at;
        std::string leaf = trust::leaf_hash(leaf_data(event));
        if (leaf_after(out_.size) != leaf) {
            fault("E665", format("第 {} 号事件（{}）的内容与入库时的叶子哈希不符", event.seq, event.id.hex()),
                  format("event {} ({}) differs from the leaf hash recorded with it", event.seq, event.id.hex()));
            mark(event.seq);
        }
        ++next_leaf_;
        tree_.add(std::move(leaf));
        ++out_.size;
        compare_anchors();
        if (options_.progress && out_.size % progress_step == 0) options_.progress(out_.size);
    }

    // The recorded leaf of event `seq` + 1, read in slices beside the events; nothing when there is none.
    std::optional<std::string> leaf_after(std::uint64_t seq) {
        if (next_leaf_ == leaves_.size()) {
            leaves_.clear();
            next_leaf_ = 0;
            log_.read_leaves(seq, [&](std::uint64_t, std::string_view leaf) {
                leaves_.emplace_back(leaf);
                return leaves_.size() < leaves_at_once;
            });
            if (leaves_.empty()) return std::nullopt;
        }
        return leaves_[next_leaf_];
    }

    void compare_anchors() {
        for (; next_anchor_ < anchors_.size() && anchors_[next_anchor_].size <= out_.size; ++next_anchor_) {
            const Anchor& anchor = anchors_[next_anchor_];
            if (tree_.root() == anchor.root) {
                if (!out_.first_bad_seq) out_.signed_size = anchor.size;
                continue;
            }
            const std::uint64_t from = next_anchor_ == 0 ? 1 : anchors_[next_anchor_ - 1].size + 1;
            fault("E667", format("第 {} 至 {} 号事件与签名的检查点不符", from, anchor.size),
                  format("events {} to {} differ from the signed checkpoint", from, anchor.size));
            if (!out_.first_bad_seq) mark(from);
        }
    }

    EventLog& log_;
    const VerifyOptions& options_;
    Verification out_;
    trust::MerkleTree tree_;
    std::vector<Anchor> anchors_;
    std::size_t next_anchor_ = 0;
    std::vector<std::string> leaves_;
    std::size_t next_leaf_ = 0;
    Instant last_recorded_{INT64_MIN};
};

}  // namespace

Verification verify(EventLog& log, const VerifyOptions& options) {
    return Verifier(log, options).result();
}

}  // namespace ningyi::log
