//! `ls`, `objects`, `types`, `get`, and the forms they print in.

use serde_json::Value as Json;

use super::support::World;

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn ls_shows_who_is_there() {
    let (world, producer) = World::with_producer();
    let listed = json(&world.data(&["ls", "--json"]));
    assert_eq!(listed[0]["session"], "t1");
    assert_eq!(listed[0]["producer"], "alive");
    assert_eq!(listed[0]["pid"], producer.pid());
    assert!(world.data(&["ls"]).starts_with("session"));
}

#[test]
fn an_empty_list_is_told_to_people_and_is_a_document_for_programs() {
    let world = World::new();
    let ran = world.run(&["ls"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), ""));
    assert!(ran.messages.contains("memglass demo"));
    assert_eq!(json(&world.data(&["ls", "--json"])), json("[]"));
}

#[test]
fn objects_are_chosen_by_label_and_by_type() {
    let (world, _producer) = World::with_producer();
    let labels = |arguments: &[&str]| -> Vec<String> {
        let listed = json(&world.data(arguments));
        listed
            .as_array()
            .unwrap()
            .iter()
            .map(|object| object["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        labels(&["objects", "t1", "AAPL_*", "--json"]),
        ["AAPL_position", "AAPL_quote"]
    );
    assert_eq!(
        labels(&["objects", "t1", "--type", "Stats", "--json"]),
        ["engine_stats"]
    );
    assert_eq!(
        labels(&[
            "objects",
            "t1",
            "*_position",
            "--type",
            "Position",
            "--json"
        ])
        .len(),
        5
    );
    assert!(labels(&["objects", "t1", "order_*", "--json"]).contains(&"order_12345".to_owned()));
}

#[test]
fn a_type_that_is_none_is_a_mistake_and_not_an_empty_answer() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["objects", "t1", "--type", "Positon"])
        .failed(1, &["Positon", "did you mean \"Position\"?"]);
    world
        .run(&["types", "t1", "Positon"])
        .failed(1, &["did you mean \"Position\"?"]);
    world
        .run(&["objects", "t1", "[x"])
        .failed(2, &["[x", "not a pattern"]);
}

#[test]
fn csv_has_a_line_of_names_and_one_for_each_row() {
    let (world, _producer) = World::with_producer();
    let csv = world.data(&["--csv", "objects", "t1", "AAPL_*"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "label,type,count,bytes,created");
    assert!(lines[1].starts_with("AAPL_position,Position,,"), "{csv}");
    assert_eq!(lines.len(), 3);
    assert_eq!(
        world.data(&["t1", "--csv", "-e", "#{ a: 1, b: \"x, y\" }"]),
        "a,b\n1,\"x, y\"\n"
    );
}

#[test]
fn a_type_shows_its_fields_and_what_may_be_written() {
    let (world, _producer) = World::with_producer();
    let text = world.data(&["types", "t1", "Order"]);
    for words in [
        "order_id",
        "@readonly",
        "priority    i8",
        "@range(-5, 5)",
        "@unit(\"USD\")",
    ] {
        assert!(text.contains(words), "no {words} in {text}");
    }
    let document = json(&world.data(&["types", "t1", "Order", "--json"]));
    let priority = document["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["name"] == "priority")
        .unwrap();
    assert_eq!(
        (&priority["type"], &priority["min"], &priority["max"]),
        (&json("\"i8\""), &json("-5"), &json("5"))
    );
    let side = json(&world.data(&["types", "t1", "Side", "--json"]));
    assert_eq!(side["values"], json(r#"{"BUY": 1, "SELL": -1}"#));
}

#[test]
fn several_fields_are_rows() {
    let (world, _producer) = World::with_producer();
    let rows = json(&world.data(&[
        "get",
        "t1",
        "order_12345.order_id",
        "order_12345.side",
        "--json",
    ]));
    assert_eq!(
        rows,
        json(
            r#"[{"path": "order_12345.order_id", "value": 12345}, {"path": "order_12345.side", "value": "BUY"}]"#
        )
    );
}

#[test]
fn color_comes_only_when_it_is_asked_for() {
    let (world, _producer) = World::with_producer();
    assert!(!world.data(&["objects", "t1"]).contains('\u{1b}'));
    assert!(
        world
            .data(&["objects", "t1", "--color", "always"])
            .contains('\u{1b}')
    );
    assert!(
        !world
            .data(&["objects", "t1", "--color", "never"])
            .contains('\u{1b}')
    );
}

#[test]
fn help_is_data_and_names_every_subcommand() {
    let world = World::new();
    let help = world.data(&["--help"]);
    for word in [
        "ls",
        "clean",
        "objects",
        "types",
        "get",
        "set",
        "demo",
        "--json",
        "--readonly",
        "NO_COLOR",
        "Exit codes",
    ] {
        assert!(help.contains(word), "no {word} in {help}");
    }
    assert!(world.data(&["--version"]).starts_with("memglass "));
}

#[test]
fn a_pattern_reads_the_field_of_each_object_that_has_it() {
    let (world, _producer) = World::with_producer();
    let read = |arguments: &[&str]| -> Vec<(String, Json)> {
        let rows = json(&world.data(arguments));
        let of_row = |row: &Json| {
            (
                row["path"].as_str().unwrap().to_owned(),
                row["value"].clone(),
            )
        };
        rows.as_array().unwrap().iter().map(of_row).collect()
    };
    let row = |path: &str, value: Json| (path.to_owned(), value);
    let expected = [
        row("AAPL_position.symbol_id", 0.into()),
        row("MSFT_position.symbol_id", 1.into()),
    ];
    for arguments in [
        ["get", "t1", "{AAPL,MSFT}_*.symbol_id", "--json"],
        ["t1", "get", "{AAPL,MSFT}_position.symbol_id", "--json"],
    ] {
        assert_eq!(read(&arguments), expected, "{arguments:?}");
    }
    // One that matches is a row all the same, and the session may be left out.
    assert_eq!(
        read(&["get", "MSFT_pos*.symbol_id", "--json"]),
        expected[1..]
    );
    let whole = read(&["get", "order_1234?", "--json"]);
    assert!(whole.contains(&row("order_12345", world.object("order_12345"))));
}

#[test]
fn a_pattern_for_nothing_is_an_error() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["get", "t1", "zzz*.quantity"])
        .failed(1, &["no label matches \"zzz*\""]);
    world
        .run(&["get", "t1", "*_position.quantty"])
        .failed(1, &["did you mean \"quantity\"?"]);
    world
        .run(&["get", "t1", "{a.quantity"])
        .failed(2, &["\"{a\" is not a pattern"]);
}

#[test]
fn a_type_that_is_not_there_is_answered_with_those_that_are() {
    let (world, _producer) = World::with_producer();
    world
        .run(&["types", "t1", "Ordr"])
        .failed(1, &["did you mean \"Order\"?"]);
    world
        .run(&["types", "t1", "Nope"])
        .failed(1, &["no type \"Nope\"; there are Book, Conditions"]);
    world
        .run(&["types", "t1", "AAPL_position.last_qote"])
        .failed(1, &["did you mean \"last_quote\"?"]);
}

#[test]
fn units_and_formats_stay_out_of_a_pipe() {
    let (world, _producer) = World::with_producer();
    let data = world.data(&["get", "t1", "AAPL_position.avg_price", "order_12345.price"]);
    let lines: Vec<Vec<&str>> = data
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[1], ["AAPL_position.avg_price", "15000"]);
    assert_eq!(lines[2], ["order_12345.price", "150.25"]);
    for arguments in [
        &["get", "t1", "AAPL_position"][..],
        &["get", "t1", "*_position.avg_price"],
        &["t1", "-e", "obs.all(\"Quote\")"],
        &["t1", "-e", "fields(order_12345)"],
    ] {
        let data = world.data(arguments);
        assert!(!data.contains("ticks") && !data.contains("USD"), "{data}");
    }
}

#[test]
fn what_is_explained_is_a_record_for_programs() {
    let (world, _producer) = World::with_producer();
    let line = ":explain AAPL_position.avg_price = -1";
    let told = json(&world.data(&["t1", "--json", "-e", line]));
    let names: Vec<&String> = told.as_object().unwrap().keys().collect();
    let expected = [
        "path", "type", "region", "allowed", "what", "now", "then", "verdict",
    ];
    assert_eq!(names, expected);
    assert_eq!(told["path"], "AAPL_position.avg_price");
    assert_eq!(told["now"], "15000 ticks");
    assert_eq!(told["what"], "Average price paid");
    assert!(told["verdict"].as_str().unwrap().starts_with("refused"));
}
