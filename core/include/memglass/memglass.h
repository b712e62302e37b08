/* The C interface of memglass: keep objects of a running program in shared memory, and look into those of
 * another. Made from core/capi by its tests; do not edit. docs/cpp.md is the introduction.
 *
 * - A function that can fail returns a memglass_status, and its result through its last parameter.
 *   memglass_error_message() says what went wrong, in this thread.
 * - Texts are UTF-8 by pointer and length: memglass_str("label").
 * - All functions may be called from any thread, on the same session too.
 */

#ifndef MEMGLASS_H
#define MEMGLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Version of this interface. It grows when functions, codes or fields are added, and its thousands when
// programs have to be compiled again.
#define MEMGLASS_ABI_VERSION 3000

// How a call ended. The numbers do not change; later versions may have more.
enum memglass_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It did what was asked.
    MEMGLASS_STATUS_OK = 0,
    // A pointer that is needed is null.
    MEMGLASS_STATUS_NULL_POINTER = 1,
    // A text is not UTF-8.
    MEMGLASS_STATUS_NOT_UTF8 = 2,
    // A number, size or combination of arguments that is not allowed.
    MEMGLASS_STATUS_BAD_ARGUMENT = 3,
    // The buffer is too small for the result; the length that was asked for is known now.
    MEMGLASS_STATUS_TOO_SMALL = 4,
    // A bug in memglass. The call did not finish; report the message.
    MEMGLASS_STATUS_PANIC = 5,
    // There is no session, or it was shut down.
    MEMGLASS_STATUS_NO_SESSION = 6,
    // The name cannot name a session.
    MEMGLASS_STATUS_BAD_NAME = 10,
    // A living producer has the name.
    MEMGLASS_STATUS_SESSION_EXISTS = 11,
    // A label is empty, too long, or that of a live object.
    MEMGLASS_STATUS_BAD_LABEL = 12,
    // A type is described wrongly.
    MEMGLASS_STATUS_BAD_TYPE = 13,
    // Memory that is no object, or is not large enough, or belongs to another session.
    MEMGLASS_STATUS_BAD_MEMORY = 14,
    // An object or block of no or too many bytes.
    MEMGLASS_STATUS_BAD_SIZE = 15,
    // The session has all the regions that it can have.
    MEMGLASS_STATUS_TOO_MANY_REGIONS = 16,
    // A forked child used its parent's session.
    MEMGLASS_STATUS_FORKED = 17,
    // Observers stayed when the session was shut down. It has ended all the same.
    MEMGLASS_STATUS_STILL_OBSERVED = 18,
    // The system refused: no room, no permission.
    MEMGLASS_STATUS_SYSTEM = 19,
    // Another live writer holds the value.
    MEMGLASS_STATUS_BUSY = 30,
    // New values were published faster than one could be read.
    MEMGLASS_STATUS_CONTENDED = 31,
    // The value is not guarded.
    MEMGLASS_STATUS_NOT_GUARDED = 32,
    // There is no session of this name.
    MEMGLASS_STATUS_NO_SUCH_SESSION = 40,
    // The producer has not finished making the session.
    MEMGLASS_STATUS_STARTING = 41,
    // The session's memory is damaged, or of another version.
    MEMGLASS_STATUS_DAMAGED = 42,
    // As many observers write to the session as can.
    MEMGLASS_STATUS_TOO_MANY_WRITERS = 43,
    // There is no object with this label.
    MEMGLASS_STATUS_NO_SUCH_OBJECT = 44,
    // There is no such field, element or member.
    MEMGLASS_STATUS_NO_SUCH_FIELD = 45,
    // The text is not a path or pattern.
    MEMGLASS_STATUS_BAD_PATH = 46,
    // The object was destroyed.
    MEMGLASS_STATUS_GONE = 47,
    // The value is too large to be read at once.
    MEMGLASS_STATUS_TOO_LARGE = 48,
    // The value has another type.
    MEMGLASS_STATUS_TYPE_MISMATCH = 49,
    // A segment of the session was cut short; its contents are lost.
    MEMGLASS_STATUS_TRUNCATED = 50,
    // The field is read-only.
    MEMGLASS_STATUS_READONLY_FIELD = 51,
    // The session was attached for reading.
    MEMGLASS_STATUS_READONLY_SESSION = 52,
    // The type or the annotations of the field do not allow the value.
    MEMGLASS_STATUS_REFUSED = 53,
    // A function that was to change a value returned false: nothing was written.
    MEMGLASS_STATUS_CALLED_OFF = 54,
    // The producer has ended the session, so nothing would read the value.
    MEMGLASS_STATUS_ENDED = 55,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_status memglass_status;
#else
typedef uint32_t memglass_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A scalar type of the language.
enum memglass_scalar_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // One byte, 0 or 1.
    MEMGLASS_SCALAR_KIND_BOOL = 0,
    // A signed integer of 8 bits.
    MEMGLASS_SCALAR_KIND_I8 = 1,
    // Of 16 bits.
    MEMGLASS_SCALAR_KIND_I16 = 2,
    // Of 32 bits.
    MEMGLASS_SCALAR_KIND_I32 = 3,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_I64 = 4,
    // Of 128 bits.
    MEMGLASS_SCALAR_KIND_I128 = 5,
    // An unsigned integer of 8 bits.
    MEMGLASS_SCALAR_KIND_U8 = 6,
    // Of 16 bits.
    MEMGLASS_SCALAR_KIND_U16 = 7,
    // Of 32 bits.
    MEMGLASS_SCALAR_KIND_U32 = 8,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_U64 = 9,
    // Of 128 bits.
    MEMGLASS_SCALAR_KIND_U128 = 10,
    // A floating-point number of 32 bits.
    MEMGLASS_SCALAR_KIND_F32 = 11,
    // Of 64 bits.
    MEMGLASS_SCALAR_KIND_F64 = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_scalar_kind memglass_scalar_kind;
#else
typedef uint32_t memglass_scalar_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How the bytes of a place are shared between writers and readers.
enum memglass_protection
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Relaxed atomic loads and stores of each scalar.
    MEMGLASS_PROTECTION_PLAIN = 0,
    // One scalar, with acquire and release.
    MEMGLASS_PROTECTION_ATOMIC = 1,
    // The whole value is always of one write.
    MEMGLASS_PROTECTION_SEQLOCK = 2,
    // The same, and offered for read-modify-write of the whole.
    MEMGLASS_PROTECTION_LOCKED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_protection memglass_protection;
#else
typedef uint32_t memglass_protection;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Users who may open a session.
enum memglass_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Only the same user.
    MEMGLASS_MODE_OWNER = 0,
    // The group may read.
    MEMGLASS_MODE_GROUP_READ = 1,
    // The group may read and write.
    MEMGLASS_MODE_GROUP_WRITE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_mode memglass_mode;
#else
typedef uint32_t memglass_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What kind of number a bound is.
enum memglass_number_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // There is no number.
    MEMGLASS_NUMBER_KIND_NONE = 0,
    // `integer` counts.
    MEMGLASS_NUMBER_KIND_INTEGER = 1,
    // `real` counts.
    MEMGLASS_NUMBER_KIND_REAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_number_kind memglass_number_kind;
#else
typedef uint32_t memglass_number_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an observer may do.
enum memglass_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Only read: its mapping of the session's memory is read-only.
    MEMGLASS_ACCESS_READ = 0,
    // Read and write.
    MEMGLASS_ACCESS_WRITE = 1,
    // Read, and try writes out: all checks are made, and its own reads see what would be there.
    MEMGLASS_ACCESS_TRIAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_access memglass_access;
#else
typedef uint32_t memglass_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Whether a session's producer is there.
enum memglass_presence
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It runs.
    MEMGLASS_PRESENCE_ALIVE = 0,
    // A signal or a debugger stopped it, so values do not change.
    MEMGLASS_PRESENCE_STOPPED = 1,
    // It ended the session in an orderly way.
    MEMGLASS_PRESENCE_EXITED = 2,
    // It died without ending the session. Its last values can be read.
    MEMGLASS_PRESENCE_CRASHED = 3,
    // It is gone, and another session has its name: attach again to see that one.
    MEMGLASS_PRESENCE_RESTARTED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_presence memglass_presence;
#else
typedef uint32_t memglass_presence;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How often a read tries, and whether it asks if the object lives.
enum memglass_reading
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Until a whole value was copied, a limited number of times.
    MEMGLASS_READING_WHOLE = 0,
    // Once: fails with `MEMGLASS_STATUS_CONTENDED` if a new value was published meanwhile.
    MEMGLASS_READING_ONCE = 1,
    // Even of an object that was destroyed, to look at what is left. The memory may be another object's.
    MEMGLASS_READING_UNCHECKED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_reading memglass_reading;
#else
typedef uint32_t memglass_reading;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which checks a write passes.
enum memglass_writing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // All of them: read-only, range, step, regex, names of enums and flags.
    MEMGLASS_WRITING_CHECKED = 0,
    // Only that the value fits the type.
    MEMGLASS_WRITING_FORCED = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_writing memglass_writing;
#else
typedef uint32_t memglass_writing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the bytes of a type mean.
enum memglass_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // One byte, 0 or 1.
    MEMGLASS_KIND_BOOL = 0,
    // An integer.
    MEMGLASS_KIND_INTEGER = 1,
    // A floating-point number.
    MEMGLASS_KIND_FLOAT = 2,
    // UTF-8 text in an array of bytes.
    MEMGLASS_KIND_TEXT = 3,
    // An integer with names for some of its values.
    MEMGLASS_KIND_ENUM = 4,
    // An integer whose bits have names.
    MEMGLASS_KIND_FLAGS = 5,
    // Named members.
    MEMGLASS_KIND_STRUCT = 6,
    // Overlapping named members.
    MEMGLASS_KIND_UNION = 7,
    // Elements of one type.
    MEMGLASS_KIND_ARRAY = 8,
    // An address in the producer's memory.
    MEMGLASS_KIND_POINTER = 9,
    // Another name for a type.
    MEMGLASS_KIND_ALIAS = 10,
    // A value under a protection.
    MEMGLASS_KIND_PROTECTED = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_kind memglass_kind;
#else
typedef uint32_t memglass_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What happened to a field.
enum memglass_update_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // An object has appeared that has it: there is no old value.
    MEMGLASS_UPDATE_KIND_APPEARED = 0,
    // It has another value.
    MEMGLASS_UPDATE_KIND_CHANGED = 1,
    // Its object went: there is no new value.
    MEMGLASS_UPDATE_KIND_VANISHED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum memglass_update_kind memglass_update_kind;
#else
typedef uint32_t memglass_update_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A part of an observed object. All threads may use it, and it may outlive its observer.
typedef struct memglass_field memglass_field;

// An observer of a session. One thread at a time may use it; the fields that it finds are independent of it.
typedef struct memglass_observer memglass_observer;

// A thread that looks at fields at steady rates.
typedef struct memglass_sampler memglass_sampler;

// Types that refer to each other, each by its number in here. A type is added after those that it is made of.
// Only one thread at a time may add to it.
typedef struct memglass_schema memglass_schema;

// A producer's session. All threads may use it at the same time.
typedef struct memglass_session memglass_session;

// What a sampler looks at for somebody.
typedef struct memglass_subscription memglass_subscription;

// UTF-8 text by pointer and length. It need not end with a zero byte, and a null pointer with length 0 is an
// empty text.
typedef struct memglass_text {
    // Its first byte.
    const char *data;
    // How many bytes it has.
    size_t len;
} memglass_text;

// What a field is.
typedef struct memglass_field_facts {
    // One of `memglass_kind`, behind aliases and protections.
    uint32_t kind;
    // One of `memglass_protection`.
    uint32_t protection;
    // Its type, by its number in the session.
    uint32_t type_id;
    // The region that it lies in.
    uint16_t region;
    // Whether it, or a value around it, is declared read-only.
    bool readonly;
    // Bytes from the start of the object; of a guarded value, to its first copy.
    uint64_t offset;
    // Where the object begins in its region.
    uint64_t object_offset;
    // Bytes of the value.
    uint64_t size;
    // Of an array, how many elements it has; else 0.
    uint64_t count;
} memglass_field_facts;

// A type of a schema. The texts are valid as long as the schema.
typedef struct memglass_type_info {
    // The name it was declared with; empty for arrays and protected values.
    struct memglass_text name;
    // Bytes of a value.
    uint64_t size;
    // Its alignment.
    uint64_t align;
    // Of an array, how many elements it has.
    uint64_t count;
    // One of `memglass_kind`.
    uint32_t kind;
    // Of a protected type, one of `memglass_protection`.
    uint32_t protection;
    // The type of an array's elements, of what an alias stands for, of what a protected type holds.
    uint32_t of;
    // Of a struct or union, how many members it has.
    uint32_t member_count;
    // Whether an integer or enum is signed.
    bool is_signed;
} memglass_type_info;

// A member of a struct or union of a schema. The texts are valid as long as the schema.
typedef struct memglass_member_info {
    // Its name.
    struct memglass_text name;
    // How it is printed; here and below, empty if nothing is declared.
    struct memglass_text format;
    // Its unit.
    struct memglass_text unit;
    // What it is.
    struct memglass_text desc;
    // Bytes from the start of the struct.
    uint64_t offset;
    // Its type.
    uint32_t type_id;
    // Of a bitfield, its lowest bit.
    uint8_t bit_offset;
    // Of a bitfield, how many bits it has; else 0.
    uint8_t bit_width;
    // Whether observers may not write it.
    bool readonly;
} memglass_member_info;

// A session and its producer. The texts are valid as long as the observer.
typedef struct memglass_session_info {
    // Its name.
    struct memglass_text name;
    // The file name of the producer's program.
    struct memglass_text program;
    // The directory of its segments.
    struct memglass_text directory;
    // The producer's process id, in its own pid namespace.
    uint32_t pid;
    // When it started, in nanoseconds since 1970.
    uint64_t started_ns;
} memglass_session_info;

// A live object. The texts are valid during the call that gets it.
typedef struct memglass_object_info {
    // Its label.
    struct memglass_text label;
    // The name of its type; of an array, of each element.
    struct memglass_text type_name;
    // That type, by its number in the session.
    uint32_t type_id;
    // Its place in the directory.
    uint32_t slot;
    // Of an array of objects, how many elements it has; else 0.
    uint64_t count;
    // Which object of its place it is.
    uint64_t generation;
    // Bytes of its storage.
    uint64_t size;
    // When it was created, in nanoseconds since 1970.
    uint64_t created_ns;
} memglass_object_info;

// A whole number of up to 128 bits, in two's complement.
typedef struct memglass_integer {
    // Its low 64 bits.
    uint64_t low;
    // Its high 64 bits; of a negative number that fits into 64 bits, -1.
    int64_t high;
} memglass_integer;

// What happened to a field. All pointers are valid during the call that gets it; the functions that end in
// `_of` make values of the bytes.
typedef struct memglass_update {
    // The field.
    const struct memglass_field *field;
    // One of `memglass_update_kind`.
    uint32_t kind;
    // Whether the new value may mix moments.
    bool is_torn;
    // The value before, or null; of a vanished field, the last that was seen.
    const uint8_t *old;
    // How many bytes it has.
    size_t old_len;
    // The value now, or null.
    const uint8_t *now;
    // How many bytes it has.
    size_t now_len;
    // Of a guarded value, how many were published since the last update; else 0.
    uint64_t writes;
    // When it was seen, in nanoseconds of a clock that only goes forwards.
    uint64_t time_ns;
} memglass_update;

// A name for a number: a value of an enum, or a bit pattern of a flag set.
typedef struct memglass_variant {
    // The name.
    struct memglass_text name;
    // The number.
    struct memglass_integer value;
} memglass_variant;

// A bound of a field, or none.
typedef struct memglass_number {
    // One of `memglass_number_kind`.
    uint32_t kind;
    // The number, if it is whole.
    struct memglass_integer integer;
    // The number, if it is not.
    double real;
} memglass_number;

// Annotations of one field. All zeros declares nothing.
typedef struct memglass_metadata {
    // Observers may not write it.
    bool readonly;
    // The least value that an observer may write.
    struct memglass_number min;
    // The greatest.
    struct memglass_number max;
    // Written values are `min`, or 0, plus a multiple of this.
    struct memglass_number step;
    // A regular expression that the whole of a written text must match. Here and below, an empty text stands for none.
    struct memglass_text regex;
    // Names for some values of an integer.
    const struct memglass_variant *names;
    // How many there are.
    size_t names_len;
    // Names for bits of an integer.
    const struct memglass_variant *flags;
    // How many there are.
    size_t flags_len;
    // How to print it, as C's `printf` does, with one conversion.
    struct memglass_text format;
    // The unit, for display.
    struct memglass_text unit;
    // What it is, in a sentence.
    struct memglass_text desc;
    // Names that it had before, separated by commas.
    struct memglass_text was;
} memglass_metadata;

// A member of a struct or union.
typedef struct memglass_member {
    // Its name.
    struct memglass_text name;
    // Its type, by its number in the schema.
    uint32_t type_id;
    // Bytes from the start of the struct, as the compiler says; 0 in a union.
    uint64_t offset;
    // Of a bitfield, its lowest bit in the integer at `offset`.
    uint8_t bit_offset;
    // Of a bitfield, how many bits it has; else 0.
    uint8_t bit_width;
    // Its annotations, or null.
    const struct memglass_metadata *metadata;
} memglass_member;

// Objects that a session is to have room for from its start.
typedef struct memglass_reservation {
    // How many.
    uint64_t count;
    // Bytes of the storage of each.
    uint64_t bytes;
    // What the storage is aligned to.
    uint64_t align;
} memglass_reservation;

// How a session is made. All zeros stands for the defaults.
typedef struct memglass_session_options {
    // The directory of its segments; by default `MEMGLASS_DIR`, else `/dev/shm`.
    struct memglass_text dir;
    // Bytes of the first region; 0 for 1 MiB.
    uint64_t first_region;
    // Bytes up to which regions grow; 0 for 64 MiB.
    uint64_t max_region;
    // Milliseconds for which the bytes of destroyed objects are kept, if memory allows; 0 for 5000.
    uint64_t grace_ms;
    // Bytes of destroyed objects that may wait before the oldest are reused early; 0 for 256 KiB.
    uint64_t retired_budget;
    // One of `memglass_mode`.
    uint32_t mode;
    // Makes regions only when they are needed: creating an object may then take milliseconds, and the session
    // has no thread.
    bool grows_on_demand;
    // What is made room for now, so that creating that many objects takes no memory from the system. More may be
    // created all the same.
    const struct memglass_reservation *reserved;
    // How many reservations there are.
    size_t reserved_len;
} memglass_session_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library that the program runs with. A program that was compiled with another number of
// thousands must not go on.
uint32_t memglass_abi_version(void);

// Copies the present value of a guarded cell, `len` bytes, to `value`. It is always of one write, and the
// writer never waits for this.
//
// `cell` is the address of a seqlock or locked member of an object of this process; `len` is the size of its
// values. Fails with `MEMGLASS_STATUS_CONTENDED` if new values were published faster than one could be copied.
memglass_status memglass_guarded_read(const void *cell,
                                      void *value,
                                      size_t len);

// Writes a guarded cell: `len` bytes, those between the members of a struct too. Whoever may open the session
// can see them, so let them be zero. Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait.
memglass_status memglass_guarded_write(void *cell,
                                       const void *value,
                                       size_t len);

// Changes a guarded cell in one step that no other writer can come between: `change` gets `context` and a
// copy of the present value, aligned as its type may ask, which it changes. It must return: true to write the
// value; false to leave the cell as it is, which fails with `MEMGLASS_STATUS_CALLED_OFF`.
memglass_status memglass_guarded_update(void *cell,
                                        size_t len,
                                        bool (*change)(void *context, void *value),
                                        void *context);

// How many values were written to a guarded cell so far, modulo 2^40.
memglass_status memglass_guarded_sequence(const void *cell, uint64_t *sequence);

// Takes the right to write a guarded cell until `memglass_guarded_release`; other writers are told that it is
// busy. `held` gets what the functions below need.
//
// Fails with `MEMGLASS_STATUS_BUSY` if another live writer held it for the whole wait. A writer that died does
// not count.
memglass_status memglass_guarded_hold(void *cell,
                                      uint64_t *held);

// Publishes a value under a right that is held, with stores only, and changes `held` accordingly.
memglass_status memglass_guarded_publish(void *cell, uint64_t *held, const void *value, size_t len);

// Gives back a right that is held.
memglass_status memglass_guarded_release(void *cell, uint64_t held);

// Gives a field back. Null does nothing.
void memglass_field_free(struct memglass_field *field);

// The field that a path below this one leads to: `last_quote.bid_price`, `[2].price`; with an empty path, a copy
// of this one. Give it back with `memglass_field_free`.
memglass_status memglass_field_at(const struct memglass_field *field,
                                  struct memglass_text path,
                                  struct memglass_field **part);

// The element at `index` of an array. Give it back with `memglass_field_free`.
memglass_status memglass_field_element(const struct memglass_field *field,
                                       uint64_t index,
                                       struct memglass_field **element);

// Its full path, which begins with the label. Valid as long as the field; empty without a field.
struct memglass_text memglass_field_path(const struct memglass_field *field);

// What the field is.
memglass_status memglass_field_info(const struct memglass_field *field, struct memglass_field_facts *info);

// Copies the name of its type into a buffer, without a zero byte at its end. `len` gets the number of bytes even
// if the buffer is too small.
memglass_status memglass_field_type_name(const struct memglass_field *field,
                                         uint8_t *buffer,
                                         size_t capacity,
                                         size_t *len);

// Whether its object is still alive; false without a field.
bool memglass_field_is_alive(const struct memglass_field *field);

// How many values were published in the guarded value that the field is or lies in. Fails with
// `MEMGLASS_STATUS_NOT_GUARDED` if there is none.
memglass_status memglass_field_sequence(const struct memglass_field *field, uint64_t *sequence);

// How many numbers of types a schema has: one more than the last. 0 without a schema.
uint32_t memglass_schema_len(const struct memglass_schema *schema);

// What a type is. Fails with `MEMGLASS_STATUS_BAD_TYPE` if there is none with this number.
memglass_status memglass_schema_type(const struct memglass_schema *schema,
                                     uint32_t type_id,
                                     struct memglass_type_info *info);

// What a member of a struct or union is, by its position.
memglass_status memglass_schema_member(const struct memglass_schema *schema,
                                       uint32_t type_id,
                                       uint32_t index,
                                       struct memglass_member_info *info);

// Copies what a type is called into a buffer, without a zero byte at its end: `i64[2][3]`. `len` gets the number
// of bytes even if the buffer is too small.
memglass_status memglass_schema_type_name(const struct memglass_schema *schema,
                                          uint32_t type_id,
                                          uint8_t *buffer,
                                          size_t capacity,
                                          size_t *len);

// Creates an object of a type of the session; `object` gets its address.
//
// Its bytes begin as the `len` bytes at `storage`, which must be as many as the type has. It lives until
// `memglass_object_destroy`, or until the session ends. Each of its bytes is accessed by atomics of the width
// that its type gives it; the functions and types of this header and of `memglass.hpp` do that.
memglass_status memglass_object_create(const struct memglass_session *session,
                                       struct memglass_text label,
                                       uint32_t type_id,
                                       const void *storage,
                                       size_t len,
                                       void **object);

// Creates an array of `count` objects under one label, all of which begin with the `len` bytes at `storage`;
// `first` gets the address of the first. The others follow without gaps.
memglass_status memglass_array_create(const struct memglass_session *session,
                                      struct memglass_text label,
                                      uint32_t type_id,
                                      uint64_t count,
                                      const void *storage,
                                      size_t len,
                                      void **first);

// Destroys an object or array by its address. Observers learn that it is gone, and its memory is reused after
// the grace period: do not use the address any more.
//
// Fails with `MEMGLASS_STATUS_BAD_MEMORY` if no object starts there, or it was destroyed already.
memglass_status memglass_object_destroy(const struct memglass_session *session, void *object);

// Allocates `len` zeroed bytes of the session's memory, aligned to `align` (a power of two up to 4096). No
// observer sees them before `memglass_register`.
memglass_status memglass_allocate(const struct memglass_session *session,
                                  uint64_t len,
                                  uint64_t align,
                                  void **memory);

// Gives back memory of `memglass_allocate` that is no object.
memglass_status memglass_free(const struct memglass_session *session, void *memory);

// Makes an object of memory of `memglass_allocate`: one value of a type of the session if `count` is 0, else
// an array of `count`. From here on observers access it, and `memglass_object_destroy` gives it back.
memglass_status memglass_register(const struct memglass_session *session,
                                  struct memglass_text label,
                                  void *memory,
                                  uint32_t type_id,
                                  uint64_t count);

// Attaches to a session, whether its producer lives or has crashed. `dir` is the directory of its segments;
// empty for `MEMGLASS_DIR`, else `/dev/shm`. `access` is one of `memglass_access`. Give the observer back with
// `memglass_observer_free`.
//
// Fails with `MEMGLASS_STATUS_NO_SUCH_SESSION`, `…_STARTING` if the producer is about to make it,
// `…_TOO_MANY_WRITERS`, `…_DAMAGED` or `…_SYSTEM`.
memglass_status memglass_observer_attach(struct memglass_text session,
                                         struct memglass_text dir,
                                         uint32_t access,
                                         struct memglass_observer **observer);

// Gives an observer back. Null does nothing.
void memglass_observer_free(struct memglass_observer *observer);

// Takes in the types and objects that came and went; `has_changed`, which may be null, tells whether any did.
// Costs one load if nothing changed. Fails with `MEMGLASS_STATUS_BAD_ARGUMENT` while its objects are visited.
memglass_status memglass_observer_refresh(const struct memglass_observer *observer, bool *has_changed);

// The count of structural changes in the session at this moment: while it is the same, a refresh has no news.
// 0 without an observer.
uint64_t memglass_observer_epoch(const struct memglass_observer *observer);

// Number of live objects, as the producer states it at this moment. 0 without an observer.
uint64_t memglass_observer_object_count(const struct memglass_observer *observer);

// Whether the producer is there: `presence` gets one of `memglass_presence`. Takes some microseconds.
memglass_status memglass_observer_presence(const struct memglass_observer *observer, uint32_t *presence);

// What the session is.
memglass_status memglass_observer_session(const struct memglass_observer *observer,
                                          struct memglass_session_info *info);

// Calls `visit` with `context` and each live object as of the last refresh, until it returns false.
memglass_status memglass_observer_objects(const struct memglass_observer *observer,
                                          bool (*visit)(void *context,
                                                        const struct memglass_object_info *object),
                                          void *context);

// The same for the object with this label. Fails with `MEMGLASS_STATUS_NO_SUCH_OBJECT` if there is none.
memglass_status memglass_observer_find(const struct memglass_observer *observer,
                                       struct memglass_text label,
                                       bool (*visit)(void *context, const struct memglass_object_info *object),
                                       void *context);

// Makes a copy of the types of the session, as of the last refresh. Give it back with `memglass_schema_free`.
memglass_status memglass_observer_schema(const struct memglass_observer *observer,
                                         struct memglass_schema **schema);

// Resolves a path: `AAPL_position.last_quote.bid_price`, `book.levels[2].price`, or a label alone. Give the
// field back with `memglass_field_free`.
//
// Fails with `MEMGLASS_STATUS_NO_SUCH_OBJECT`, `…_NO_SUCH_FIELD` or `…_BAD_PATH`.
memglass_status memglass_observer_field(const struct memglass_observer *observer,
                                        struct memglass_text path,
                                        struct memglass_field **field);

// Reads an integer, enum, flag set, address or bool. `reading` is one of `memglass_reading`. An unsigned integer
// of 128 bits that is beyond the signed ones is read with `memglass_field_read_as`.
//
// Reads fail with `MEMGLASS_STATUS_GONE` if the object was destroyed, `…_CONTENDED`, `…_TYPE_MISMATCH`,
// `…_TRUNCATED` if the session's memory was cut short, and `…_TOO_LARGE`.
memglass_status memglass_field_read_integer(const struct memglass_field *field,
                                            uint32_t reading,
                                            struct memglass_integer *integer);

// Reads a number as a floating-point one; a large integer becomes the nearest.
memglass_status memglass_field_read_real(const struct memglass_field *field, uint32_t reading, double *real);

// Copies a text, or the name of an enum value, into a buffer, without a zero byte at its end. `len` gets the
// number of bytes even if the buffer is too small.
memglass_status memglass_field_read_text(const struct memglass_field *field,
                                         uint32_t reading,
                                         uint8_t *buffer,
                                         size_t capacity,
                                         size_t *len);

// Copies the value as text for people into a buffer, whatever it is; as `memglass_field_read_text` does.
memglass_status memglass_field_show(const struct memglass_field *field,
                                    uint32_t reading,
                                    uint8_t *buffer,
                                    size_t capacity,
                                    size_t *len);

// Copies the value, `len` bytes, to `value` as a bare value of a type of `schema`. Members are found by name
// and must have the same types; a member that is not there is an error. Bytes between members become zero.
memglass_status memglass_field_read_as(const struct memglass_field *field,
                                       uint32_t reading,
                                       const struct memglass_schema *schema,
                                       uint32_t type_id,
                                       void *value,
                                       size_t len);

// The integer that the bytes of an update are, as `memglass_field_read_integer` gives it.
memglass_status memglass_field_integer_of(const struct memglass_field *field,
                                          const uint8_t *bytes,
                                          size_t len,
                                          struct memglass_integer *integer);

// The same for a floating-point number.
memglass_status memglass_field_real_of(const struct memglass_field *field,
                                       const uint8_t *bytes,
                                       size_t len,
                                       double *real);

// The same as text for people.
memglass_status memglass_field_show_of(const struct memglass_field *field,
                                       const uint8_t *bytes,
                                       size_t bytes_len,
                                       uint8_t *buffer,
                                       size_t capacity,
                                       size_t *len);

// Starts a sampler's thread. Give it back with `memglass_sampler_free`.
memglass_status memglass_sampler_start(struct memglass_sampler **sampler);

// Ends a sampler and waits for its thread: no function is called after that. A function that the sampler calls
// may do it, and is the last then that was called. Null does nothing.
void memglass_sampler_free(struct memglass_sampler *sampler);

// Calls `update` with `context`, on the sampler's thread, for each change of the selected fields: paths, or
// patterns of labels like `*_position.quantity`, whose objects may come and go. `hz` is how often they are
// looked at in a second; 0 for as often as one processor can.
//
// It ends soon after `memglass_subscription_free`: `context` must stay valid until `memglass_sampler_free` has
// returned. `update` must return soon, as all subscriptions of a sampler share its thread.
memglass_status memglass_sampler_subscribe(const struct memglass_sampler *sampler,
                                           const struct memglass_observer *observer,
                                           const struct memglass_text *selections,
                                           size_t selections_len,
                                           double hz,
                                           void (*update)(void *context, const struct memglass_update *update),
                                           void *context,
                                           struct memglass_subscription **subscription);

// Ends a subscription soon. Null does nothing.
void memglass_subscription_free(struct memglass_subscription *subscription);

// Makes an empty schema. Give it back with `memglass_schema_free`.
struct memglass_schema *memglass_schema_new(void);

// Gives a schema back. Sessions and fields that have used it keep what they need.
void memglass_schema_free(struct memglass_schema *schema);

// Adds a scalar: one of `memglass_scalar_kind`. A type that the schema has already keeps its number, here
// and in all functions that add types.
memglass_status memglass_schema_scalar(struct memglass_schema *schema, uint32_t kind, uint32_t *type_id);

// Adds text in an array of `len` bytes: UTF-8 up to the first zero byte, or to the end.
memglass_status memglass_schema_text(struct memglass_schema *schema, uint64_t len, uint32_t *type_id);

// Adds a type that is described elsewhere: `size` bytes, aligned to `align`, of which a session says only the name. Observers that
// are given the program's debug information or a file of types (`memglass --types`) see its members, others its bytes. `id` is
// the type's id there, 32 hexadecimal digits as `memglass embed` writes them, so that no other version of the type is taken for it;
// if it is empty, name and size decide.
memglass_status memglass_schema_named(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint64_t size,
                                      uint64_t align,
                                      struct memglass_text id,
                                      uint32_t *type_id);

// Adds an array of `size` bytes that holds a packed record: the first struct of a layout's text, as docs/layouts.md describes
// it. The type has that struct's name unless `name` is another. Structs whose bytes are such a record are `align`ed as the
// compiler says, arrays of bytes to 1. Observers see the parts of the record; a reader that is older than this function, the
// bytes.
memglass_status memglass_schema_packed(struct memglass_schema *schema,
                                       struct memglass_text name,
                                       struct memglass_text layout,
                                       uint64_t size,
                                       uint64_t align,
                                       uint32_t *type_id);

// Adds an address in the producer's own memory, of `target`: shown, never followed.
memglass_status memglass_schema_pointer(struct memglass_schema *schema,
                                        struct memglass_text target,
                                        uint32_t *type_id);

// Adds an array of `count` elements without gaps. An array of several dimensions is an array of arrays.
memglass_status memglass_schema_array(struct memglass_schema *schema,
                                      uint32_t element,
                                      uint64_t count,
                                      uint32_t *type_id);

// Adds a value under a protection, one of `memglass_protection`. Plain values need none.
memglass_status memglass_schema_protected(struct memglass_schema *schema,
                                          uint32_t with,
                                          uint32_t value,
                                          uint32_t *type_id);

// Adds another name for a type.
memglass_status memglass_schema_alias(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint32_t of,
                                      uint32_t *type_id);

// Adds an enum of `size` bytes: 1, 2, 4 or 8.
memglass_status memglass_schema_enum(struct memglass_schema *schema,
                                     struct memglass_text name,
                                     uint64_t size,
                                     bool is_signed,
                                     const struct memglass_variant *values,
                                     size_t values_len,
                                     uint32_t *type_id);

// Adds a flag set of `size` bytes: 1, 2, 4 or 8.
memglass_status memglass_schema_flags(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint64_t size,
                                      const struct memglass_variant *flags,
                                      size_t flags_len,
                                      uint32_t *type_id);

// Adds a struct of `size` bytes, aligned to `align`, as the compiler says.
memglass_status memglass_schema_struct(struct memglass_schema *schema,
                                       struct memglass_text name,
                                       uint64_t size,
                                       uint64_t align,
                                       const struct memglass_member *fields,
                                       size_t fields_len,
                                       uint32_t *type_id);

// Adds a union: whole words of 8 bytes, aligned to 8 at least, with all members at offset 0.
memglass_status memglass_schema_union(struct memglass_schema *schema,
                                      struct memglass_text name,
                                      uint64_t size,
                                      uint64_t align,
                                      const struct memglass_member *members,
                                      size_t members_len,
                                      uint32_t *type_id);

// Copies the schema into a buffer as the content of an `.mgt` file. `len` gets the number of bytes even if
// the buffer is too small, so that a first call with capacity 0 asks for it.
memglass_status memglass_schema_encode(const struct memglass_schema *schema,
                                       uint8_t *buffer,
                                       size_t capacity,
                                       size_t *len);

// Copies a description of a type for people into a buffer, without a zero byte at its end; as
// `memglass_schema_encode` does.
memglass_status memglass_schema_describe(const struct memglass_schema *schema,
                                         uint32_t type_id,
                                         uint8_t *buffer,
                                         size_t capacity,
                                         size_t *len);

// Starts a session. Without options (null) it has the defaults. It ends with `memglass_session_shutdown`,
// and is given back with `memglass_session_close`.
//
// Fails with `MEMGLASS_STATUS_BAD_NAME`, `…_SESSION_EXISTS` if a living producer has the name, and
// `…_SYSTEM` if the segments cannot be made.
memglass_status memglass_session_create(struct memglass_text name,
                                        const struct memglass_session_options *options,
                                        struct memglass_session **session);

// Ends a session, if it has not ended, and gives it back: its memory must not be used any more. Null does
// nothing.
void memglass_session_close(struct memglass_session *session);

// Ends a session: tells observers, gives them up to `patience_ms` milliseconds to detach, and removes its
// segments. Its memory can be used until `memglass_session_close`, but no observer sees it.
//
// The session has ended whatever is returned: `MEMGLASS_STATUS_STILL_OBSERVED` if some observers stayed.
memglass_status memglass_session_shutdown(const struct memglass_session *session, uint64_t patience_ms);

// Adds a type of a schema, with those that it is made of; `session_type` gets its number in the session, with
// which objects are created.
memglass_status memglass_session_add_type(const struct memglass_session *session,
                                          const struct memglass_schema *schema,
                                          uint32_t type_id,
                                          uint32_t *session_type);

// Makes a copy of the types of a session so far. Give it back with `memglass_schema_free`.
memglass_status memglass_session_schema(const struct memglass_session *session,
                                        struct memglass_schema **schema);

// Reuses the memory of objects that were destroyed long enough ago. Creating an object does the same.
memglass_status memglass_session_reclaim(const struct memglass_session *session);

// Number of live objects; 0 without a session.
uint64_t memglass_session_object_count(const struct memglass_session *session);

// Bytes of shared memory that the session has taken, used or not; 0 without a session.
uint64_t memglass_session_memory_bytes(const struct memglass_session *session);

// Its name, valid as long as the session; empty without a session.
struct memglass_text memglass_session_name(const struct memglass_session *session);

// Tells whether any observer is attached.
memglass_status memglass_session_is_observed(const struct memglass_session *session, bool *is_observed);

// What the last call of this thread that failed said: lower case, without a full stop. It stays valid until
// the next call of this thread fails.
struct memglass_text memglass_error_message(void);

// Writes an integer; to an enum, flag set or bool as well. `writing` is one of `memglass_writing`. An unsigned
// integer of 128 bits that is beyond the signed ones is written with `memglass_field_write_as`.
//
// Writes fail, with nothing changed, with `MEMGLASS_STATUS_REFUSED` if the value does not fit the type or its
// annotations, `…_READONLY_FIELD`, `…_READONLY_SESSION`, `…_ENDED`, `…_BUSY` and `…_GONE`.
memglass_status memglass_field_write_integer(const struct memglass_field *field,
                                             uint32_t writing,
                                             struct memglass_integer integer);

// Writes a floating-point number.
memglass_status memglass_field_write_real(const struct memglass_field *field, uint32_t writing, double real);

// Writes a truth value.
memglass_status memglass_field_write_bool(const struct memglass_field *field, uint32_t writing, bool truth);

// Writes a text, or an enum value by its name. A text that is too long is refused.
memglass_status memglass_field_write_text(const struct memglass_field *field,
                                          uint32_t writing,
                                          struct memglass_text text);

// Writes a bare value of a type of `schema`, `len` bytes. Members are found by name; those that the type lacks
// keep their values. A guarded value is written as one.
memglass_status memglass_field_write_as(const struct memglass_field *field,
                                        const struct memglass_schema *schema,
                                        uint32_t type_id,
                                        const void *value,
                                        size_t len);

// Adds to a number in one step that no other writer can come between; all checks are made of the sum.
memglass_status memglass_field_add_integer(const struct memglass_field *field,
                                           struct memglass_integer amount);

// The same for a floating-point number.
memglass_status memglass_field_add_real(const struct memglass_field *field, double amount);

// Changes a guarded value or one number in one step: `change` gets `context` and a copy of the present value, as
// a bare value of a type of `schema`, aligned for it, and changes that. It must return: true to write the value;
// false to leave the field as it is, which fails with `MEMGLASS_STATUS_CALLED_OFF`. Of a number that is not
// guarded, it may be called more than once.
memglass_status memglass_field_update_as(const struct memglass_field *field,
                                         const struct memglass_schema *schema,
                                         uint32_t type_id,
                                         bool (*change)(void *context, void *value),
                                         void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMGLASS_H */

#ifdef __cplusplus
extern "C" {
#endif

/* The text of a string that ends with a zero byte. */
static inline memglass_text memglass_str(const char *text) {
    memglass_text result = {text, text ? strlen(text) : 0};
    return result;
}

/* What lies in memory for a member of type T that is declared @seqlock or @locked. All zeros is a value of
 * zeros. The memglass_guarded_ functions take its address. */
#define MEMGLASS_GUARDED(T) struct { uint64_t word; uint64_t copies[2 * ((sizeof(T) + 7) / 8)]; }

/* Plain members: one relaxed load or store of a scalar of at most 8 bytes. */
#define MEMGLASS_GET(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define MEMGLASS_SET(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)

/* Atomic members, of integers and pointers. */
#define MEMGLASS_LOAD(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define MEMGLASS_STORE(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define MEMGLASS_FETCH_ADD(place, value) __atomic_fetch_add(&(place), (value), __ATOMIC_ACQ_REL)

#ifdef __cplusplus
}
#endif
