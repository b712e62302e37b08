//! Functions of Rhai's arrays for lists of objects: they work on an array of the elements, and one that changes
//! its list leaves that array in its place.

use std::any::TypeId;

use memglass_syntax::library;
use rhai::{Array, Dynamic, Engine, NativeCallContext};

use super::{Result, array_of};
use crate::object_list::ObjectList;
use crate::place::Place;

/// Most arguments after the list that one of them takes.
const MOST_ARGUMENTS: usize = 3;

/// Registers them.
pub(super) fn register(engine: &mut Engine) {
    let functions = library()
        .iter()
        .filter(|function| function.receiver == Some("#array"));
    for function in functions {
        for count in 0..=MOST_ARGUMENTS {
            register_one(engine, &function.name, count);
        }
    }
    engine.register_fn("+", |list: ObjectList, more: Array| -> Result<Array> {
        Ok([array_of(&list)?, more].concat())
    });
    engine.register_fn("+", |array: Array, list: ObjectList| -> Result<Array> {
        Ok([array, array_of(&list)?].concat())
    });
    engine.register_fn("+", |list: ObjectList, more: ObjectList| -> Result<Array> {
        Ok([array_of(&list)?, array_of(&more)?].concat())
    });
}

fn register_one(engine: &mut Engine, name: &str, count: usize) {
    let mut types = vec![TypeId::of::<ObjectList>()];
    types.extend(std::iter::repeat_n(TypeId::of::<Dynamic>(), count));
    let called = name.to_owned();
    engine.register_raw_fn(name, types, move |call, arguments| {
        on_array(&call, &called, arguments)
    });
}

fn on_array(
    call: &NativeCallContext,
    name: &str,
    arguments: &mut [&mut Dynamic],
) -> Result<Dynamic> {
    let (list, rest) = arguments
        .split_first_mut()
        .expect("a method has a receiver");
    let before = match list.read_lock::<ObjectList>() {
        Some(list) => array_of(&*list)?,
        None => Array::new(),
    };
    let mut array = Dynamic::from_array(before.clone());
    let others = rest.iter_mut().map(|argument| &mut **argument);
    let mut all: Vec<&mut Dynamic> = std::iter::once(&mut array).chain(others).collect();
    let answer = call.call_native_fn_raw(name, true, &mut all)?;
    if !is_same(&array, &before)
        && let Some(mut list) = list.write_lock::<Dynamic>()
    {
        *list = array;
    }
    Ok(answer)
}

/// Whether the array has the same objects in the same order.
fn is_same(array: &Dynamic, before: &Array) -> bool {
    let place = |value: &Dynamic| value.read_lock::<Place>().map(|place| place.clone());
    array
        .read_lock::<Array>()
        .is_some_and(|array| array.iter().map(place).eq(before.iter().map(place)))
}
