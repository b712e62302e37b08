//! Scripts in files, sessions left out, and what the shell is given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::support::World;

#[test]
fn a_script_gets_its_arguments_and_prints_its_last_value() {
    let (world, _producer) = World::with_producer();
    let script = world.script("args.rhai", "print(args); obs[args[0]].order_id");
    let expected = "[\"order_12345\", \"-x\"]\n12345\n";
    for arguments in [
        &["run", &script, "--", "order_12345", "-x"][..],
        &["run", "--session", "t1", "--", &script, "order_12345", "-x"],
        &[
            "t1",
            "run",
            &script,
            "--timeout",
            "20s",
            "--",
            "order_12345",
            "-x",
        ],
    ] {
        assert_eq!(world.data(arguments), expected, "{arguments:?}");
    }
    let ran = world.pipe(&["run", "-", "a", "b"], b"args.len()");
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), "2\n"));
    let none = world.script("none.rhai", "args.len()");
    assert_eq!(world.data(&["run", &none, "--json"]), "0\n");
}

#[test]
fn an_executable_script_runs_by_its_first_line_and_keeps_its_line_numbers() {
    let (world, _producer) = World::with_producer();
    let script = world.script(
        "exec.rhai",
        "#!/usr/bin/env -S memglass run\nlet wanted = args;\nwanted[0] + nobody",
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_memglass"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let output = Command::new(&script)
        .args(["one", "two"])
        .envs(world.environment())
        .env("PATH", path)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("exec.rhai:3") && told.contains("3 | wanted[0] + nobody"),
        "{told}"
    );
}

#[test]
fn exit_codes_of_scripts_in_files_are_those_of_the_shell() {
    let (world, _producer) = World::with_producer();
    for (text, code) in [
        ("1", 0),
        ("throw 1", 1),
        ("expect(1 > 2, \"no\")", 1),
        ("let = 1", 2),
        ("exit(9)", 9),
        ("/* open", 2),
    ] {
        let script = world.script("code.rhai", text);
        assert_eq!(world.run(&["run", &script]).code, Some(code), "{text}");
    }
}

#[test]
fn a_session_stands_before_or_after_a_subcommand_or_is_left_out() {
    let (world, _producer) = World::with_producer();
    for arguments in [
        &["get", "t1", "order_12345.order_id"][..],
        &["t1", "get", "order_12345.order_id"],
        &["--session", "t1", "get", "order_12345.order_id"],
        &["get", "--session", "t1", "order_12345.order_id"],
        &["get", "order_12345.order_id"],
    ] {
        assert_eq!(world.data(arguments), "12345\n", "{arguments:?}");
    }
    world.data(&["set", "AAPL_position.quantity", "-5"]);
    assert_eq!(world.eval("AAPL_position.quantity"), "-5");
    world.data(&["t1", "set", "AAPL_position.quantity", "6"]);
    assert_eq!(world.eval("AAPL_position.quantity"), "6");
    let objects = world.data(&["objects", "t1", "AAPL_*", "--csv"]);
    assert_eq!(world.data(&["objects", "AAPL_*", "--csv"]), objects);
    assert_eq!(world.data(&["t1", "objects", "AAPL_*", "--csv"]), objects);
    assert_eq!(
        world.data(&["types", "Position"]),
        world.data(&["t1", "types", "Position"])
    );
}

#[test]
fn what_lies_in_the_only_session_is_no_session_and_the_command_for_it_is_told() {
    let (world, _producer) = World::with_producer();
    let told = |word: &str, get: &str| {
        let tip =
            format!("{word} is in session \"t1\", whose name comes first: `memglass t1 get {get}`");
        world.run(&[word, "-e", "1"]).failed(3, &[&tip]);
        world.run(&[word, "objects"]).failed(3, &[&tip]);
        world.pipe(&[word], b"1").failed(3, &[&tip]);
    };
    told("AAPL_position.quantity", "AAPL_position.quantity");
    told("AAPL_position", "AAPL_position");
    told("book[0].symbol_id", "'book[0].symbol_id'");
    let ran = world.run(&["nosuch", "-e", "1"]);
    ran.failed(3, &["no session \"nosuch\"", "there are: t1"]);
    assert!(!ran.messages.contains("tip"), "{ran:?}");
}

#[test]
fn a_session_that_is_not_clear_is_asked_for() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["get", "t1"])
        .failed(2, &["\"t1\" is a session", "add a path"]);
    world
        .run(&["get", "nosuch", "order_12345.order_id"])
        .failed(3, &["neither a session nor anything in \"t1\""]);
    world
        .run(&["types", "Ordr"])
        .failed(3, &["neither a session", "did you mean \"Order\"?"]);
    world
        .run(&["objects", "AAPL_positon"])
        .failed(3, &["neither a session", "did you mean \"AAPL_position\"?"]);
    world
        .run(&["t1", "get", "--session", "t2", "a.b"])
        .failed(2, &["two sessions", "\"t1\"", "\"t2\""]);
    world
        .run(&["t1", "set", "t1", "AAPL_position.quantity", "5"])
        .failed(2, &["\"t1\" is named twice"]);
    world
        .run(&["t1", "ls"])
        .failed(2, &["works on all sessions"]);
    let _other = world.producer("t2");
    for arguments in [
        &["get", "order_12345.order_id"][..],
        &["set", "order_12345.priority", "1"],
        &["objects"],
        &["types"],
        &["run", "-"],
    ] {
        world
            .run(arguments)
            .failed(3, &["several sessions", "t1, t2"]);
    }
}

#[test]
fn a_demo_whose_name_is_taken_says_what_to_do() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["demo", "--headless", "--session", "t1"])
        .failed(1, &["memglass t1", "--session NAME"]);
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let (world, _producer) = World::with_producer();
    let wrong = ["t1", "-e", "nobody"];
    assert!(!world.run(&wrong).messages.contains('\u{1b}'));
    let always = ["--color", "always", "t1", "-e", "nobody"];
    assert!(world.run(&always).messages.contains('\u{1b}'));
    let data = world.data(&["--color", "always", "t1", "-e", "AAPL_position"]);
    assert!(data.contains('\u{1b}'));
}

/// Completions that bash offers for a line.
fn bash(world: &World, words: &[&str]) -> Option<Vec<String>> {
    let script = world.data(&["completions", "bash"]);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_memglass"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let ask = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={}; COMP_LINE='x'; \
         _memglass_and_sessions memglass \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words
            .iter()
            .map(|word| format!("'{word}'"))
            .collect::<Vec<_>>()
            .join(" "),
        words.len() - 1,
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &ask])
        .envs(world.environment())
        .env("PATH", path)
        .output()
        .ok()?;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_subcommands_options_and_live_sessions() {
    let (world, _producer) = World::with_producer();
    let Some(offered) = bash(&world, &["memglass", ""]) else {
        return; // There is no bash here.
    };
    for word in ["ls", "run", "--readonly", "t1"] {
        assert!(offered.contains(&word.to_owned()), "{word}: {offered:?}");
    }
    let after_get = bash(&world, &["memglass", "get", "t"]).unwrap();
    assert!(after_get.contains(&"t1".to_owned()), "{after_get:?}");
    assert_eq!(
        bash(&world, &["memglass", "--color", "al"]).unwrap(),
        ["always"]
    );
}

#[test]
fn every_shell_gets_a_script_that_knows_every_subcommand() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "nushell", "powershell", "elvish"] {
        let script = world.data(&["completions", shell]);
        for word in ["objects", "completions", "readonly", "timeout"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            world
                .data(&["completions", shell])
                .contains("memglass ls --csv")
        );
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = world.script("completions", &world.data(&["completions", shell]));
        // A shell that is not installed has nothing to say.
        if let Ok(checked) = Command::new(shell).args(["-n", &script]).output() {
            assert!(
                checked.status.success() && checked.stderr.is_empty(),
                "{checked:?}"
            );
        }
    }
    world.run(&["completions", "csh"]).failed(2, &["csh"]);
}

#[test]
fn the_manual_page_names_options_subcommands_and_exit_codes() {
    let page = World::new().data(&["man"]);
    assert!(page.contains(".TH memglass 1"), "{page}");
    for word in ["\\-\\-timeout", "objects", "124 timeout"] {
        assert!(page.contains(word), "{word}\n{page}");
    }
}

#[test]
fn a_firing_is_a_row_of_a_file_and_one_that_is_not_to_be_had_is_told_at_once() {
    let (world, _producer) = World::with_producer();
    let file = world.path().join("hot.csv");
    let script = format!(
        "when(\"AAPL_position.quantity == 100\").once().log({0:?});\n\
         when_each(\"Position\", |o| o.quantity == 100).once().log({1:?}).run(|o| exit(3));",
        file,
        world.path().join("each.csv"),
    );
    assert_eq!(world.pipe(&["run", "-"], script.as_bytes()).code, Some(3));
    let text = fs::read_to_string(&file).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "time,AAPL_position.quantity");
    assert!(rows[1].ends_with("Z,100") && rows.len() == 2, "{text}");
    let each = fs::read_to_string(world.path().join("each.csv")).unwrap();
    assert!(each.starts_with("time,object,quantity\n"), "{each}");
    assert!(each.ends_with("Z,AAPL_position,100\n"), "{each}");
    let ran = world.pipe(
        &["run", "-"],
        b"when(\"AAPL_position.quantity == 100\").log(\"/dev/full\");",
    );
    ran.failed(
        1,
        &["cannot log to /dev/full: it is a device, and not a file"],
    );
    let other = world.path().join("other.csv");
    fs::write(&other, "x,y\n1,2\n").unwrap();
    let script = format!("when(\"AAPL_position.quantity == 9\").log({other:?}); print(\"on\")");
    let ran = world.pipe(&["run", "-"], script.as_bytes());
    ran.failed(1, &["it has the columns x, y, and no \"time\""]);
    assert_eq!(ran.data, "", "{ran:?}");
}

#[test]
fn the_columns_of_a_log_come_in_one_order_whatever_a_condition_needed_to_read() {
    let (world, _producer) = World::with_producer();
    let file = |name: &str| world.path().join(name).display().to_string();
    let [change, firing, each] = ["change.csv", "firing.csv", "each.csv"].map(file);
    let script = format!(
        r#"
        let limit = 500; let p = obs["AAPL_position"]; let q = obs["MSFT_position"];
        p.quantity = 1; q.quantity = 1; let a = 0; let b = 0;
        watch("AAPL_position.quantity", |c| log({change:?}, c));
        let either = when(|| p.quantity > limit || q.quantity > limit).log({firing:?}).run(|| a += 1);
        let each = when_each("Position", |o| o.quantity > limit || o.quantity < -limit).log({each:?}).run(|| b += 1);
        p.quantity = 600;
        wait_until(|| a == 1 && b == 1, 30.s);
        p.quantity = 1;
        wait_until(|| either.state == "armed" && each.active == 0, 30.s);
        q.quantity = 700;
        wait_until(|| a == 2 && b == 2, 30.s);
        exit(0);
        "#
    );
    let ran = world.pipe(&["run", "-"], script.as_bytes());
    assert_eq!((ran.code, ran.messages.as_str()), (Some(0), ""), "{ran:?}");
    let rows = |path: &str| {
        let text = fs::read_to_string(path).unwrap();
        let rows = text.lines().map(|row| row.split_once(',').unwrap().1);
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    let path = "AAPL_position.quantity";
    let expected = [
        "path,old,now",
        &format!("{path},1,600"),
        &format!("{path},600,1"),
    ];
    assert_eq!(rows(&change), expected);
    let expected = [&format!("{path},MSFT_position.quantity"), "600,1", "1,700"];
    assert_eq!(rows(&firing), expected);
    let expected = ["object,quantity", "AAPL_position,600", "MSFT_position,700"];
    assert_eq!(rows(&each), expected);
}

#[test]
fn a_condition_that_is_no_expression_says_where_in_its_text() {
    let (world, _producer) = World::with_producer();
    for line in [
        r#"when("AAPL_position.quantity = 3").run(|| ())"#,
        r#"always("AAPL_position.quantity = 3", "three")"#,
        r#"wait_until("AAPL_position.quantity = 3", 1.s)"#,
    ] {
        let ran = world.run(&["t1", "-e", line]);
        let words = [
            r#"at column 24 of "AAPL_position.quantity = 3""#,
            "`==` asks whether two values are equal",
        ];
        ran.failed(1, &words);
    }
    let line = r#"when("AAPL_position.quantity > 3 and true").run(|| ())"#;
    let ran = world.run(&["t1", "-e", line]);
    ran.failed(1, &["'and' at column 28", "`&&` is true if both sides are"]);
    let line = r#"when("AAPL_position.quantity > 5s").run(|| ())"#;
    let ran = world.run(&["t1", "-e", line]);
    ran.failed(1, &["'s' at column 27", "a duration is written `5.s`"]);
}

#[test]
fn a_trigger_that_is_done_says_so_when_it_is_told_to_go_on() {
    let (world, _producer) = World::with_producer();
    let resumed = r#"when("AAPL_position.quantity > 1000", |f| 1); trigger(1).cancel(); trigger(1).resume(); exit(0)"#;
    let ran = world.run(&["t1", "-e", resumed]);
    let told = "note: trigger 1 is done and fires no more; define it again";
    assert!(ran.messages.contains(told), "{ran:?}");
    let resumed = r#"when("AAPL_position.quantity > 1000", |f| 1); trigger(1).pause(); trigger(1).resume(); exit(0)"#;
    let ran = world.run(&["t1", "-e", resumed]);
    assert!(!ran.messages.contains("is done"), "{ran:?}");
}

#[test]
fn what_was_not_delivered_is_told_with_its_triggers() {
    let (world, _producer) = World::with_producer();
    let script = r#"
        every(50.ms, || 1);
        after(20.ms, || throw "no");
        after(30.ms, || throw "no either");
        let failed = || trigger(2).errors + trigger(3).errors;
        wait_until(|| failed.call() == 2, 30.s);
        triggers().for_each(|| this.cancel());
        "#;
    let ran = world.pipe(&["run", "-"], script.as_bytes());
    let told = "memglass: 2 actions failed (triggers 2, 3)";
    assert!(ran.messages.contains(told), "{ran:?}");
}

#[test]
fn a_trigger_is_called_as_its_closure_is_written() {
    let (world, _producer) = World::with_producer();
    let script = r#"
        let t = when(|| AAPL_position.quantity
            > 1000).run(|f| 1);
        print(t.about);
        print(when_each("Position", |p| [p.quantity, 1].len() > 3).run(|p| 1).about);
        print(when(|| { let x = 2; x > 3 }, |f| 1).about);
        let closure = || AAPL_position.quantity > 1000;
        print(when(closure).run(|f| 1).about);
        print(when(closure, |f| 1).about);
        print(when(/* hot */ || AAPL_position.quantity > 1001, |f| 1).about);
        exit(0)
        "#;
    assert_eq!(
        world.data(&["t1", "-e", script]),
        "|| AAPL_position.quantity > 1000\n\
         Position: |p| [p.quantity, 1].len() > 3\n\
         || { let x = 2; x > 3 }\n\
         || …\n\
         || …\n\
         || AAPL_position.quantity > 1001\n"
    );
}

#[test]
fn the_value_of_the_only_field_of_a_condition_is_now_and_there_is_no_old() {
    let (world, _producer) = World::with_producer();
    let asked = |condition: &str, question: &str| {
        let script = format!(
            "let t = when(\"{condition}\").run(|f| print({question}));\n\
             wait_until(|| t.fired + t.failures > 0, 5.s); let failed = t.last_error; exit(0)"
        );
        let ran = world.run(&["t1", "-e", &script]);
        format!("{}{}", ran.data, ran.messages)
    };
    let one = "AAPL_position.quantity > 5";
    assert_eq!(asked(one, "f.now"), "100\n");
    let two = format!("{one} && MSFT_position.quantity > 5");
    for (condition, question, told) in [
        (
            &*two,
            "f.now",
            "the condition reads 2 fields, so there is no one `now`",
        ),
        (&two, "f.now", "`f.values` has them by their paths"),
        (
            one,
            "f.old",
            "a firing has no `old`: `f.history` has what was before it",
        ),
    ] {
        let found = asked(condition, question);
        assert!(found.contains(told), "{found}");
    }
}

#[test]
fn a_script_may_follow_its_session() {
    let (world, _one) = World::with_producer();
    let _other = world.producer("t2");
    let script = world.script("named.rhai", "print(args[0])");
    assert_eq!(world.data(&["run", "t2", &script, "!"]), "!\n");
    world
        .run(&["run", &script])
        .failed(3, &["several sessions are live"]);
}
