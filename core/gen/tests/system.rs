//! Headers of the system and of libraries, with their macros, attributes and conditionals: types of theirs as members.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use memglass_gen::Options;

/// Members of a struct, each with the header that it needs. Those of libraries count where they are installed.
const MEMBERS: &[(&str, &str)] = &[
    ("time.h", "struct timespec at"),
    ("time.h", "struct itimerspec timer"),
    ("sys/time.h", "struct timeval since"),
    ("netinet/in.h", "struct in_addr address"),
    ("netinet/in.h", "struct sockaddr_in peer"),
    ("netinet/tcp.h", "struct tcp_info connection"),
    ("sys/ioctl.h", "struct winsize window"),
    ("sys/resource.h", "struct rlimit limit"),
    // There are functions of these names too.
    ("sys/statvfs.h", "struct statvfs disk"),
    ("sys/stat.h", "struct stat file"),
    ("sys/utsname.h", "struct utsname system"),
    ("poll.h", "struct pollfd wait"),
    ("termios.h", "struct termios terminal"),
    ("sched.h", "struct sched_param priority"),
    ("linux/input.h", "struct input_event key"),
    ("linux/can.h", "struct can_filter filter"),
    ("linux/if_ether.h", "__u32 ether_number"),
    ("linux/videodev2.h", "struct v4l2_fract rate"),
    ("linux/perf_event.h", "__u64 perf_number"),
    ("complex.h", "int complex_number"),
    ("zlib.h", "uLong checksum"),
    ("expat.h", "XML_ParsingStatus parsing"),
    ("sqlite3.h", "sqlite3_int64 row"),
    ("openssl/ssl.h", "OPENSSL_INIT_SETTINGS* settings"),
    ("curl/curl.h", "curl_off_t received"),
    ("boost/version.hpp", "int boost_number"),
    ("ncurses.h", "chtype character"),
    ("png.h", "png_color color"),
    ("yaml.h", "yaml_mark_t mark"),
    ("uuid/uuid.h", "uuid_t id"),
    ("gmp.h", "mp_limb_t limb"),
    ("libxml/tree.h", "xmlElementType node"),
    ("xcb/xcb.h", "xcb_rectangle_t area"),
    (
        "libusb-1.0/libusb.h",
        "struct libusb_device_descriptor device",
    ),
];

/// A header with all of them, and how many are there.
fn header(wanted: &[(&str, &str)]) -> String {
    let includes = wanted
        .iter()
        .map(|(header, _)| format!("#if __has_include(<{header}>)\n#include <{header}>\n#endif\n"));
    let members = wanted.iter().map(|(header, member)| {
        let note = if member.contains('*') {
            "  // @address"
        } else {
            ""
        };
        format!("#if __has_include(<{header}>)\n    {member};{note}\n#endif\n")
    });
    format!(
        "#pragma once\n#include <cstdint>\n{}struct [[memglass::observe]] System {{\n    int first;\n{}}};\n",
        includes.collect::<String>(),
        members.collect::<String>()
    )
}

#[test]
fn types_of_system_headers_are_described_as_every_compiler_has_them() {
    let directory = tempfile::tempdir().unwrap();
    let [input, output] =
        ["system.hpp", "system_generated.hpp"].map(|name| directory.path().join(name));
    std::fs::write(&input, header(MEMBERS)).unwrap();
    let options = Options {
        headers: vec![input],
        output: Some(output.clone()),
        ..Options::default()
    };
    let Some(result) = harness::generated(&options) else {
        return;
    };
    let generated = result.unwrap_or_else(|error| panic!("{error}"));
    let has = |name: &str| generated.types.iter().any(|ty| ty == name);
    assert!(
        has("timespec") && has("termios") && has("System"),
        "{:?}",
        generated.types
    );
    std::fs::write(&output, &generated.text).unwrap();
    for compiler in harness::compilers() {
        let output = output.to_str().unwrap();
        harness::run(harness::compile(
            compiler,
            &[
                "-fsyntax-only",
                "-include",
                output,
                "-x",
                "c++",
                "/dev/null",
            ],
        ));
    }
}
