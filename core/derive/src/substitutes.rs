//! Types that cannot lie in shared memory, and what to use instead.

use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type, TypePath};

use crate::ast::split_array;

/// Why `ty` cannot be observed and what to use instead, if its text shows that.
///
/// A name alone proves little, because a type of the user may have it. But derived types have no
/// generics, so a known name with arguments is that of the standard library.
pub(crate) fn refusal(ty: &Type) -> Option<darling::Error> {
    let (inner, _) = split_array(ty);
    let reason = match inner {
        Type::Path(path) => of_path(path)?,
        Type::Reference(reference) => of_reference(&reference.elem),
        Type::Slice(_) => {
            "a slice has no fixed size: use an array `[T; N]`, and a field with the number in use"
                .into()
        }
        Type::Tuple(_) => {
            "a tuple has no names for its parts: use a struct that derives Observe".into()
        }
        Type::FnPtr(_) => {
            "a function pointer cannot be observed: use `*const ()`, which is shown as an address"
                .into()
        }
        Type::TraitObject(_) | Type::ImplTrait(_) => "only concrete types can be observed".into(),
        Type::Infer(_) | Type::Never(_) => "only types with values can be observed".into(),
        _ => return None,
    };
    Some(darling::Error::custom(reason).with_span(&ty.span()))
}

fn of_reference(target: &Type) -> String {
    match target {
        Type::Path(path) if path.path.is_ident("str") => {
            "text in shared memory has a fixed room: use `memglass::Text<N>`, N bytes of UTF-8".into()
        }
        Type::Slice(_) => "a slice has no fixed size: use an array `[T; N]`, and a field with the number in use".into(),
        _ => "a reference means nothing in another process: hold the value itself, or an address `*const T` that is only shown".into(),
    }
}

fn of_path(ty: &TypePath) -> Option<String> {
    let last = ty.path.segments.last()?;
    let name = last.ident.to_string();
    let of = first_argument(&last.arguments);
    let generic = match name.as_str() {
        "String" | "OsString" | "CString" | "PathBuf" if of.is_none() => {
            return Some(format!("`{name}` keeps its text in memory of its own: use `memglass::Text<N>`, N bytes of UTF-8 in place"));
        }
        "str" if ty.path.is_ident("str") => {
            return Some("text in shared memory has a fixed room: use `memglass::Text<N>`, N bytes of UTF-8".into());
        }
        "char" if ty.path.is_ident("char") => return Some("`char` cannot be observed: use `memglass::Text<4>` for a character, or `u32` for its code".into()),
        "usize" | "isize" if ty.path.is_ident(&name) => {
            let fixed = name.replace("size", "64");
            return Some(format!("`{name}` has no fixed width: use `{fixed}`"));
        }
        "Vec" | "VecDeque" | "SmallVec" | "ArrayVec" | "LinkedList" | "BinaryHeap" => {
            "keeps its elements in memory of its own, or in unused places: use an array `[T; N]`, and a field with the number in use"
        }
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" => {
            "cannot lie in shared memory: make each entry an object with a label of its own, or use an array `[T; N]` of entries"
        }
        "Box" | "Rc" | "Arc" | "Cow" | "Weak" => {
            "points to memory of its own: hold the value itself, or an address `*const T` that is only shown"
        }
        "Option" => {
            "has no layout that another process could rely on: use a value that stands for none (0, -1), or a `bool` beside the value"
        }
        "Result" => "has no layout that another process could rely on: use an error code, or an enum of status with `#[repr(u8)]`",
        "Cell" | "RefCell" | "UnsafeCell" | "OnceCell" | "LazyCell" => {
            "is not needed: fields of an object are changed through the object; use the type inside it"
        }
        "Mutex" | "RwLock" | "OnceLock" | "LazyLock" => {
            "works in one process only: use the type inside it with `#[observe(locked)]`, or `seqlock` if one thread writes it"
        }
        "NonNull" => "cannot be observed: use `*mut T`, which is shown as an address",
        "MaybeUninit" | "ManuallyDrop" => "may hold bytes that are not a value: use the type inside it",
        "PhantomData" => "has no value to show: leave it out",
        atomic if is_std_atomic(atomic) => {
            let plain = atomic.trim_start_matches("Atomic").to_lowercase();
            return Some(format!("`{name}` is what the storage is made of: write `{plain}` with `#[observe(atomic)]`"));
        }
        _ => return None,
    };
    of?;
    Some(
        format!("`{name}` {generic}")
            .replace("`[T; N]`", &format!("`[{}; N]`", of_or_t(of, &name))),
    )
}

fn is_std_atomic(name: &str) -> bool {
    ["Bool", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64"]
        .iter()
        .any(|width| name.strip_prefix("Atomic") == Some(width))
}

fn first_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The element as written, if it is short and the container has elements; otherwise `T`.
fn of_or_t(of: Option<&Type>, container: &str) -> String {
    match of {
        Some(Type::Path(path))
            if matches!(container, "Vec" | "VecDeque" | "BinaryHeap" | "LinkedList") =>
        {
            path.path
                .get_ident()
                .map_or_else(|| "T".into(), ToString::to_string)
        }
        _ => "T".into(),
    }
}
