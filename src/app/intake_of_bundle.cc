// SPDX-License-Identifier: Apache-2.0
#include "app/intake_of_bundle.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "casework/draw.h"
#include "intake/intake.h"
#include "trust/sha256.h"

namespace ningyi::app {
namespace {

namespace fs = std::filesystem;

Instant wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

// Reading files, taking drafts in and following the log are work of one sort each: each has a thread of its own, and
// groups go from one to the next in order. What the work throws comes out of finish().
template <class Group>
class Conveyor {
public:
    explicit Conveyor(std::function<void(Group&&)> accept) : accept_(std::move(accept)), worker_([this] { serve(); }) {}
    ~Conveyor() { stop(); }
    Conveyor(const Conveyor&) = delete;
    Conveyor& operator=(const Conveyor&) = delete;

    // Waits while the work is behind. False when it has failed: going on is of no use.
    bool put(Group group) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return waiting_.size() < most_waiting || failed_; });
        if (failed_) return false;
        waiting_.push_back(std::move(group));
        changed_.notify_all();
        return true;
    }

    // Everything put is done when this returns; rethrows what the work threw.
    void finish() {
        stop();
        if (failed_) std::rethrow_exception(failed_);
    }

private:
    static constexpr std::size_t most_waiting = 2;

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
            changed_.notify_all();
        }
        if (worker_.joinable()) worker_.join();
    }

    void serve() {
        for (;;) {
            Group group;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return !waiting_.empty() || ended_; });
                if (waiting_.empty()) return;
                group = std::move(waiting_.front());
                waiting_.pop_front();
                changed_.notify_all();
            }
            try {
                accept_(std::move(group));
            } catch (...) {
                const std::lock_guard lock(mutex_);
                failed_ = std::current_exception();
                changed_.notify_all();
                return;
            }
        }
    }

    std::function<void(Group&&)> accept_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Group> waiting_;
    std::exception_ptr failed_;
    bool ended_ = false;
    std::thread worker_;
};

// Those of the drafts that are new in the log, as opening what was stored would give them.
std::vector<engine::ClearEvent> opened(std::vector<log::Draft>&& drafts, const intake::Acceptance& acceptance) {
    std::vector<engine::ClearEvent> events;
    events.reserve(drafts.size());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const intake::Answer& answer = acceptance.answers[i];
        if (answer.outcome != intake::Answered::accepted) continue;
        log::Draft& draft = drafts[i];
        engine::ClearEvent& event = events.emplace_back(engine::ClearEvent{answer.seq, draft.id, std::move(draft.type),
                                                                           std::move(draft.subject), draft.happened_at,
                                                                           answer.recorded_at, std::move(draft.body)});
        casework::add_computed(event);
    }
    return events;
}

}  // namespace

Result<TakenIn> take_in(const std::string& path, store::DataFolder& store, const Packs& packs,
                        const std::string& rejected_path, Terminal& terminal, const Follow& follow) {
    auto bundle = exchange::Bundle::open(path, packs.mappings);
    if (!bundle) return failure(std::move(bundle.error()));
    Follower follower;
    if (follow) {
        auto following = follow((*bundle)->info());
        if (!following) return failure(std::move(following.error()));
        follower = std::move(*following);
    }
    intake::Intake door(store.log(), store.keys(), packs.set.dictionary, wall_clock);
    TakenIn taken;
    taken.info = (*bundle)->info();
    Faults refused;
    exchange::ImportOptions options;
    options.rejected_path = rejected_path;
    // A group is one durable step, and it touches nearly every page of the index of ids: few large ones write least.
    options.group = intake::Intake::group_events;
    options.progress = [&](const exchange::ImportProgress& now) {
        if (now.total_bytes > 0) {
            terminal.progress("读入", "reading", static_cast<double>(now.bytes) / static_cast<double>(now.total_bytes));
        }
    };
    Conveyor<std::vector<engine::ClearEvent>> followed([&](std::vector<engine::ClearEvent>&& events) {
        for (const engine::ClearEvent& event : events) follower(event);
    });
    const auto accept = [&](std::vector<log::Draft>&& drafts) {
        const intake::Acceptance acceptance = door.accept(drafts);
        for (std::size_t i = 0; i < acceptance.answers.size(); ++i) {
            const intake::Answer& answer = acceptance.answers[i];
            if (answer.outcome == intake::Answered::accepted) ++taken.accepted;
            if (answer.outcome == intake::Answered::again) ++taken.again;
            for (Fault fault : answer.faults) {
                fault.file = drafts[i].type + " " + drafts[i].subject;
                refused.push_back(std::move(fault));
            }
        }
        if (follower) followed.put(opened(std::move(drafts), acceptance));
    };
    Conveyor<std::vector<log::Draft>> door_conveyor(accept);
    auto report =
        (*bundle)->run(options, [&](std::vector<log::Draft>&& drafts) { return door_conveyor.put(std::move(drafts)); });
    door_conveyor.finish();
    followed.finish();
    terminal.progress("读入", "reading", 1);
    if (!report) return failure(std::move(report.error()));
    door.checkpoint();
    taken.report = std::move(*report);
    taken.report.notices.insert(taken.report.notices.end(), refused.begin(), refused.end());
    return taken;
}

void report(const TakenIn& taken, const std::string& rejected_path, const Terminal& terminal) {
    for (const exchange::FileReport& file : taken.report.files) {
        std::string zh = format("  {}：{} 行，采用 {}", file.file, file.rows, file.used);
        std::string en = format("  {}: {} rows, {} used", file.file, file.rows, file.used);
        if (file.rejected > 0) zh += format("，退回 {}", file.rejected), en += format(", {} rejected", file.rejected);
        if (file.repeated > 0) zh += format("，重复 {}", file.repeated), en += format(", {} repeated", file.repeated);
        if (file.amended > 0) zh += format("，更正 {}", file.amended), en += format(", {} amended", file.amended);
        if (file.positions_left_out > 0) {
            zh += format("，坐标 0/0 未采用 {}", file.positions_left_out);
            en += format(", {} positions at 0/0 left out", file.positions_left_out);
        }
        for (const std::string& column : file.unknown_columns) {
            zh += format("；不认识的列 {}", column);
            en += format("; unknown column {}", column);
        }
        terminal.say(zh, en);
    }
    if (!taken.report.missing.empty()) {
        terminal.say(
            "  没有的文件：" + join(taken.report.missing, " ") + "（需要它们的规则会说“无法判定”）",
            "  files not given: " + join(taken.report.missing, " ") + " (rules that need them answer `inconclusive`)");
    }
    terminal.say(format("  事件 {} 条收入日志，{} 条此前已有", taken.accepted, taken.again),
                 format("  {} events taken into the log, {} were there already", taken.accepted, taken.again));
    terminal.complain(taken.report.unusable);
    terminal.complain(taken.report.notices);
    if (taken.report.rejected > 0) {
        terminal.say(format("  {} 行退回，原因见 {}", taken.report.rejected, rejected_path),
                     format("  {} rows rejected, reasons in {}", taken.report.rejected, rejected_path));
    }
}

Faults written_into(const std::string& bundle, const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(bundle, error)) return {};
    const fs::path folder = fs::weakly_canonical(bundle, error);
    const fs::path inside = fs::weakly_canonical(fs::absolute(path, error), error).lexically_relative(folder);
    if (inside.empty() || *inside.begin() == "..") return {};
    return {Fault{.file = path,
                  .code = "E012",
                  .zh = "这里是数据包本身，写进去会盖掉原文件；请换一个文件夹",
                  .en = "this is the bundle itself, writing here would overwrite its files; choose another folder"}};
}

run::Open opening_with(intake::Opener& opener) {
    return [&opener](const log::Event& event) -> Result<cbor::Value> {
        auto opened = opener.open(event);
        if (!opened) return failure(std::move(opened.error()));
        return std::move(opened->body);
    };
}

Result<std::string> digest_of_bundle(const std::string& bundle) {
    std::map<std::string, fs::path> files;
    std::error_code error;
    if (fs::is_directory(bundle, error)) {
        for (const auto& entry : fs::recursive_directory_iterator(bundle, error)) {
            if (entry.is_regular_file(error))
                files.emplace(fs::relative(entry.path(), bundle, error).generic_string(), entry.path());
        }
    } else if (fs::is_regular_file(bundle, error)) {
        files.emplace("", bundle);
    }
    if (files.empty()) {
        return failure({.file = bundle,
                        .code = "E005",
                        .zh = "没有这个数据包（应为文件夹或 .zip）",
                        .en = "no such bundle (a folder or a .zip is expected)"});
    }
    trust::Sha256 hash;
    std::string buffer(std::size_t{1} << 20U, '\0');
    for (const auto& [name, path] : files) {
        hash.add(name).add(std::string_view("\0", 1));
        std::ifstream in(path, std::ios::binary);
        while (in) {
            in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
            hash.add(std::string_view(buffer).substr(0, static_cast<std::size_t>(in.gcount())));
        }
        hash.add(std::string_view("\0", 1));
    }
    return to_hex(hash.digest());
}

}  // namespace ningyi::app
