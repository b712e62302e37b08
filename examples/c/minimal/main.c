/* A producer in C: one object, described by hand.
 *
 *   minimal [SESSION]        until its input ends; meanwhile: memglass SESSION
 */
#include <memglass/memglass.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int64_t x, y;
} point;

/* A robot as it lies in shared memory: the position is always read whole. */
typedef struct {
    uint32_t id;
    MEMGLASS_GUARDED(point) position;
} robot;

static void check(memglass_status status) {
    if (status != MEMGLASS_STATUS_OK) {
        memglass_text message = memglass_error_message();
        fprintf(stderr, "minimal: %.*s\n", (int)message.len, message.data);
        exit(1);
    }
}

static uint32_t describe(memglass_schema *schema) {
    uint32_t i64, u32, whole, guarded, described;
    check(memglass_schema_scalar(schema, MEMGLASS_SCALAR_KIND_I64, &i64));
    check(memglass_schema_scalar(schema, MEMGLASS_SCALAR_KIND_U32, &u32));
    memglass_metadata millimetres = {.unit = memglass_str("mm")};
    memglass_member of_point[] = {
        {.name = memglass_str("x"), .type_id = i64, .offset = offsetof(point, x), .metadata = &millimetres},
        {.name = memglass_str("y"), .type_id = i64, .offset = offsetof(point, y), .metadata = &millimetres},
    };
    check(memglass_schema_struct(schema, memglass_str("Point"), sizeof(point), _Alignof(point), of_point, 2, &whole));
    check(memglass_schema_protected(schema, MEMGLASS_PROTECTION_SEQLOCK, whole, &guarded));
    memglass_metadata readonly = {.readonly = true};
    memglass_member of_robot[] = {
        {.name = memglass_str("id"), .type_id = u32, .offset = offsetof(robot, id), .metadata = &readonly},
        {.name = memglass_str("position"), .type_id = guarded, .offset = offsetof(robot, position)},
    };
    check(memglass_schema_struct(schema, memglass_str("Robot"), sizeof(robot), _Alignof(robot), of_robot, 2, &described));
    return described;
}

int main(int count, char **arguments) {
    memglass_session *session;
    check(memglass_session_create(memglass_str(count > 1 ? arguments[1] : "minimal"), NULL, &session));

    memglass_schema *schema = memglass_schema_new();
    uint32_t type_id;
    check(memglass_session_add_type(session, schema, describe(schema), &type_id));
    memglass_schema_free(schema);

    robot start = {.id = 7};
    void *object;
    check(memglass_object_create(session, memglass_str("robot"), type_id, &start, sizeof start, &object));
    robot *shared = object;

    point here = {100, 200};
    check(memglass_guarded_write(&shared->position, &here, sizeof here));
    printf("ready\n");
    fflush(stdout);
    while (getchar() != EOF) {
        check(memglass_guarded_read(&shared->position, &here, sizeof here));
        here.x += 1;
        check(memglass_guarded_write(&shared->position, &here, sizeof here));
    }
    // Ends whoever still looks on; MEMGLASS_STATUS_STILL_OBSERVED says that somebody does.
    memglass_session_shutdown(session, 1000);
    memglass_session_close(session);
    return 0;
}
