//! Bytes as an object file of this machine.

use object::write::{Object, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, FileFlags, SectionFlags, SectionKind, SymbolFlags,
    SymbolKind, SymbolScope, elf,
};

use super::{EmbedError, SECTION};

/// Processors by the names that Rust has for them.
const PROCESSORS: &[(&str, Architecture)] = &[
    ("x86_64", Architecture::X86_64),
    ("aarch64", Architecture::Aarch64),
    ("x86", Architecture::I386),
    ("arm", Architecture::Arm),
    ("riscv64", Architecture::Riscv64),
    ("powerpc64", Architecture::PowerPc64),
    ("s390x", Architecture::S390x),
    ("loongarch64", Architecture::LoongArch64),
];

/// An object with these bytes and their number.
pub(super) fn written(bytes: &[u8], name: &str) -> Result<Vec<u8>, EmbedError> {
    let format = BinaryFormat::native_object();
    let mut object = Object::new(format, architecture()?, endianness());
    let (segment, section) = match format {
        BinaryFormat::MachO => ("__DATA", "__mgt"),
        _ => ("", SECTION),
    };
    let kept = object.add_section(segment.into(), section.into(), SectionKind::ReadOnlyData);
    // Of one byte, so that the linker puts nothing between those of several objects.
    object.append_section_data(kept, bytes, 1);
    let symbol = |name: String, section, size: usize| Symbol {
        name: name.into_bytes(),
        value: 0,
        size: size as u64,
        kind: SymbolKind::Data,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Section(section),
        flags: SymbolFlags::None,
    };
    object.add_symbol(symbol(name.to_owned(), kept, bytes.len()));
    let number = bytes.len().to_ne_bytes();
    let (segment, section) = match format {
        BinaryFormat::MachO => ("__DATA", "__const"),
        BinaryFormat::Coff => ("", ".rdata"),
        _ => ("", ".rodata"),
    };
    let size = object.add_section(segment.into(), section.into(), SectionKind::ReadOnlyData);
    object.append_section_data(size, &number, number.len() as u64);
    object.add_symbol(symbol(format!("{name}_size"), size, number.len()));
    if format == BinaryFormat::Elf {
        // Not dropped by `--gc-sections`, and no reason for an executable stack.
        object.section_mut(kept).flags = SectionFlags::Elf {
            sh_type: elf::SHT_PROGBITS,
            sh_flags: elf::SHF_ALLOC | elf::SHF_GNU_RETAIN,
        };
        object.flags = FileFlags::Elf {
            os_abi: elf::ELFOSABI_GNU,
            abi_version: 0,
            e_flags: elf::FileFlags(0),
        };
        object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
    }
    object
        .write()
        .map_err(|source| EmbedError::Object { source })
}

fn architecture() -> Result<Architecture, EmbedError> {
    let processor = std::env::consts::ARCH;
    let mut known = PROCESSORS.iter().filter(|(name, _)| *name == processor);
    let known = known.next().map(|(_, architecture)| *architecture);
    known.ok_or(EmbedError::Processor { processor })
}

fn endianness() -> Endianness {
    match cfg!(target_endian = "big") {
        true => Endianness::Big,
        false => Endianness::Little,
    }
}
