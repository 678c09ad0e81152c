// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <array>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/command_group.h"
#include "app/commands.h"

namespace ningyi::app {
namespace {

// Help is asked for before the language option is parsed, so the language is looked up first.
Language language_in(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--lang" && i + 1 < argc) return language_of(argv[i + 1]);
        if (word.substr(0, 7) == "--lang=") return language_of(word.substr(7));
    }
    return language_of("");
}

}  // namespace

int run_command_line(int argc, char** argv) {
    Terminal terminal(language_in(argc, argv));
    const auto t = [&](const char* zh, const char* en) { return std::string(terminal.pick(zh, en)); };

    CLI::App program(
        t("宁颐：公共资助上门照护的监督稽核。读入一个区的文件，逐单稽核，写出可复核的疑点。",
          "Ningyi: supervision of publicly funded care. Reads a district's files, judges every order, writes findings "
          "that a person can check."),
        "ningyi");
    if (terminal.language() == Language::zh) {
        static constexpr std::array<std::pair<const char*, const char*>, 5> labels{{{"Usage", "用法"},
                                                                                    {"OPTIONS", "选项"},
                                                                                    {"Positionals", "参数"},
                                                                                    {"SUBCOMMAND", "子命令"},
                                                                                    {"REQUIRED", "必填"}}};
        for (const auto& [en, zh] : labels) program.get_formatter()->label(en, zh);
        program.option_defaults()->group("选项");
        program.group("子命令");
    }
    program.set_help_flag("-h,--help", t("显示本说明", "print this help"));
    program.failure_message([&](const CLI::App*, const CLI::Error& error) {
        const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
        std::string zh = "命令写得不对";
        if (kind == CLI::ExitCodes::ExtrasError) zh = "不认识的参数";
        if (kind == CLI::ExitCodes::ValidationError || kind == CLI::ExitCodes::ConversionError) zh = "参数的值不可用";
        if (kind == CLI::ExitCodes::ArgumentMismatch) zh = "参数缺少值";
        const std::string text = error.what();
        if (kind == CLI::ExitCodes::RequiredError) {
            // "<name> is required", or "A subcommand is required".
            const std::string name = text.substr(0, text.find(" is required"));
            zh = name == "A subcommand" ? "缺少子命令" : "缺少必填的参数 " + name;
            return std::string(terminal.pick(zh + "；用法见 ningyi --help", text + "; see ningyi --help")) + "\n";
        }
        return std::string(terminal.pick(zh + "（" + text + "）；用法见 ningyi --help", text + "; see ningyi --help")) +
               "\n";
    });
    program.require_subcommand(1);
    program.fallthrough();
    program.footer(
        t("退出码：0 正常；1 检查未通过；2 输入或命令不可用；3 完成但有行被退回；70 磁盘或数据库故障。",
          "Exit status: 0 good; 1 a check failed; 2 input or command unusable; 3 done, some rows rejected; 70 disk or "
          "database failed."));
    std::string language;
    program.add_option("--lang", language, t("界面语言 zh 或 en（默认看 LANG）", "language, zh or en (default: LANG)"))
        ->check(CLI::IsMember({"zh", "en"}));
    const std::string packs_help =
        t("规则包文件夹（默认 ./packs 或 NINGYI_PACKS）", "folder of packs (default ./packs or NINGYI_PACKS)");

    SimulateOptions simulate_options;
    CLI::App* simulate_command =
        program.add_subcommand("simulate", t("生成一个模拟区：带标注的作弊手法与真实的干扰",
                                             "make a simulated district with labelled schemes and honest noise"));
    simulate_command->add_option("--orders", simulate_options.orders, t("工单数", "number of orders"))
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{5000000}))
        ->capture_default_str();
    simulate_command
        ->add_option("--seed", simulate_options.seed,
                     t("随机种子，同种子同字节", "seed; the same seed gives the same bytes"))
        ->capture_default_str();
    simulate_command->add_option("--days", simulate_options.days, t("天数", "days"))
        ->check(CLI::Range(7, 366))
        ->capture_default_str();
    simulate_command->add_option("--from", simulate_options.from,
                                 t("第一天，如 2026-10-04", "first day, as 2026-10-04"));
    simulate_command->add_option("--out", simulate_options.out, t("写到哪个文件夹", "folder to write"))->required();
    simulate_command->add_flag("--honest-only", simulate_options.honest_only,
                               t("只有诚实干扰，没有作弊", "honest noise only, no schemes"));
    simulate_command->add_flag("--without-fixes", simulate_options.without_fixes, t("不写轨迹点", "no fixes.csv"));

    ImportOptions import_options;
    CLI::App* import_command =
        program.add_subcommand("import", t("把数据包收进数据文件夹（可重复、可中断续做）",
                                           "take a bundle into a data folder (again and after a break is harmless)"));
    import_command->add_option("bundle", import_options.bundle, t("数据包：文件夹或 .zip", "bundle: a folder or .zip"))
        ->required();
    import_command->add_option("--store", import_options.store, t("数据文件夹", "data folder"))->required();
    import_command->add_option(
        "--rejected", import_options.rejected,
        t("退回行写到哪里（默认数据文件夹内）", "where rejected rows go (default: in the data folder)"));
    import_command->add_option("--packs", import_options.packs, packs_help);

    AuditOptions audit_options;
    CLI::App* audit_command =
        program.add_subcommand("audit", t("稽核一个数据包并写出报告", "audit a bundle and write the report"));
    audit_command->add_option("bundle", audit_options.bundle, t("数据包：文件夹或 .zip", "bundle: a folder or .zip"))
        ->required();
    audit_command->add_option("--out", audit_options.out, t("报告文件夹", "folder for the report"))->required();
    audit_command->add_option(
        "--store", audit_options.store,
        t("数据文件夹（默认报告文件夹内 store）", "data folder (default: store inside the report folder)"));
    audit_command->add_option("--packs", audit_options.packs, packs_help);

    CheckOptions check_options;
    CLI::App* check_command =
        program.add_subcommand("check", t("检查规则包并运行每条规则的测试", "check packs and run every rule's tests"));
    check_command->add_option("packs", check_options.folders, packs_help);
    check_command->add_flag("--json", check_options.json, t("以 JSON 输出", "print JSON"));
    check_command->add_flag("-v,--verbose", check_options.verbose,
                            t("也列出未启用的规则缺什么", "also list what rules not in use lack"));
    check_command->add_flag("!--no-mutants", check_options.mutants,
                            t("不试变异，较快", "leave the mutants out, which is quicker"));

    PlayOptions play_options;
    CLI::App* play_command =
        program.add_subcommand("play", t("播放情景并核对预期", "play scenarios and compare what they expect"));
    play_command->add_option(
        "paths", play_options.paths,
        t(".scn 文件或文件夹（默认规则包内全部）", ".scn files or folders (default: all of the packs)"));
    play_command->add_option("--packs", play_options.packs, packs_help);

    ReplayOptions replay_options;
    CLI::App* replay_command = program.add_subcommand(
        "replay", t("从日志重算一条疑点，逐字节核对", "compute a finding again from the log and compare its bytes"));
    replay_command
        ->add_option("finding", replay_options.finding,
                     t("疑点编号，或其前 8 位以上", "finding id, or at least 8 digits of it"))
        ->required();
    replay_command->add_option("--store", replay_options.store, t("数据文件夹", "data folder"))->required();
    replay_command->add_option("--packs", replay_options.packs, packs_help);

    VerifyOptions verify_options;
    CLI::App* verify_command = program.add_subcommand(
        "verify",
        t("核验日志：每一页、整棵树和签名链", "verify a log: every leaf, the tree and the chain of signatures"));
    verify_command->add_option("store", verify_options.store, t("数据文件夹", "data folder"))->required();

    TracksOptions tracks_options;
    CLI::App* tracks_command = program.add_subcommand(
        "tracks", t("看轨迹文件：转换、查看、比较", "files of tracks: convert, inspect, compare"));
    tracks_command->require_subcommand(1);
    const std::string formats = t("GPX、KML、GeoJSON、MF-JSON、NMEA、GnssLogger 或轨迹点 CSV",
                                  "GPX, KML, GeoJSON, MF-JSON, NMEA, GnssLogger or fixes as CSV");
    const auto add_shared = [&](CLI::App* command) {
        command->add_option("--zone", tracks_options.zone, t("显示时间用的时区", "zone of the times shown"))
            ->capture_default_str();
        command->add_option("--packs", tracks_options.packs, packs_help);
        command->add_option("--day", tracks_options.day,
                            t("NMEA 里没有日期时，第一个点的日期（UTC），如 2026-10-04",
                              "UTC date of the first fix of NMEA without dates, as 2026-10-04"));
    };
    CLI::App* convert_command =
        tracks_command->add_subcommand("convert", t("转换格式", "convert from one format to another"));
    convert_command->add_option("in", tracks_options.input, formats)->required();
    convert_command->add_option("out", tracks_options.out, t("写到哪个文件", "file to write"))->required();
    convert_command
        ->add_option("--to", tracks_options.to,
                     t("格式（默认看扩展名 .gpx .geojson .mfjson .csv）",
                       "format (default: by extension .gpx .geojson .mfjson .csv)"))
        ->check(CLI::IsMember({"gpx", "geojson", "mf-json", "csv"}));
    convert_command->add_option("--device", tracks_options.device,
                                t("写入 CSV 的终端编号", "device id to write into CSV"));
    add_shared(convert_command);
    CLI::App* inspect_command = tracks_command->add_subcommand(
        "inspect", t("查看一条轨迹：时段、采样、误差、停留、空白、迹象",
                     "look at one track: span, sampling, accuracy, stays, silences, signs"));
    inspect_command->add_option("file", tracks_options.input, formats)->required();
    inspect_command->add_option("--device", tracks_options.device, t("CSV 里的哪个终端", "which device of a CSV"));
    CLI::App* compare_command = tracks_command->add_subcommand(
        "compare", t("比较两条轨迹：逐项结论、数值与图", "compare two tracks: every measure, and drawings"));
    compare_command->add_option("a", tracks_options.input, formats)->required();
    compare_command->add_option("b", tracks_options.other, formats)->required();
    compare_command->add_option("--device", tracks_options.device, t("第一个 CSV 的终端", "device of the first CSV"));
    compare_command->add_option("--other-device", tracks_options.other_device,
                                t("第二个 CSV 的终端", "device of the second CSV"));
    compare_command
        ->add_option("--within", tracks_options.within_m, t("算作靠近的距离（米）", "distance that counts as near (m)"))
        ->check(CLI::Range(1.0, 100'000.0))
        ->capture_default_str();
    for (CLI::App* command : {inspect_command, compare_command}) {
        command->add_option("--out", tracks_options.out, t("写出自含的 HTML 页面", "write a self-contained HTML page"));
        command->add_flag("--json", tracks_options.json, t("以 JSON 输出", "print JSON"));
        add_shared(command);
    }
    for (CLI::App* command : tracks_command->get_subcommands({})) command->get_help_ptr()->group(t("选项", "Options"));

    // Groups declared in files of their own.
    CommandGroup group{program, terminal, packs_help, {}};
    add_rule_commands(group);
    add_casework_commands(group);
    add_backtest_commands(group);

    for (CLI::App* command : program.get_subcommands({})) command->get_help_ptr()->group(t("选项", "Options"));
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = program.exit(error);
        return status == 0 ? exit_good : exit_unusable;
    }
    if (*simulate_command) return simulate(simulate_options, terminal);
    if (*import_command) return import(import_options, terminal);
    if (*audit_command) return audit(audit_options, terminal);
    if (*check_command) return check(check_options, terminal);
    if (*play_command) return play(play_options, terminal);
    if (*replay_command) return replay(replay_options, terminal);
    if (*verify_command) return verify(verify_options, terminal);
    if (*convert_command) return convert_tracks(tracks_options, terminal);
    if (*inspect_command) return inspect_tracks(tracks_options, terminal);
    if (*compare_command) return compare_tracks(tracks_options, terminal);
    if (group.chosen) return group.chosen();
    return exit_unusable;
}

}  // namespace ningyi::app
