#include "lesson.h"

#include "file.h"
#include "mem.h"

#include <string.h>

enum { LESSON_MAX_BYTES = 1 << 20 };

struct lesson *lesson_read(const char *path, struct err *err) {
    struct bytes bytes;
    if (!file_read(path, LESSON_MAX_BYTES, &bytes, err)) return NULL;
    struct lesson *lesson = lesson_parse(path, bytes.data, bytes.size, err);
    bytes_release(&bytes);
    return lesson;
}

struct lesson *lesson_read_all(const char *path, struct lesson_problems *problems) {
    struct bytes bytes;
    struct err err = {0};
    if (!file_read(path, LESSON_MAX_BYTES, &bytes, &err)) {
        lesson_problems_add(problems, &err, false);
        return NULL;
    }
    struct lesson *lesson = lesson_parse_all(path, bytes.data, bytes.size, problems);
    bytes_release(&bytes);
    return lesson;
}

void lesson_free(struct lesson *lesson) {
    if (!lesson) return;
    arena_release(&lesson->arena);
    mem_free(lesson);
}

bool lesson_check_ids(const struct lesson *const *lessons, int count, struct err *err) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++) {
            const struct lesson *a = lessons[j], *b = lessons[i];
            if (strcmp(a->id, b->id) == 0)
                return err_at(err, ERR_FORMAT, b->path, b->id_at.line, b->id_at.column,
                              "expected an id of its own, found \"%s\", which %s has too", b->id, a->path);
            if (a->number == b->number)
                return err_at(err, ERR_FORMAT, b->path, b->number_at.line, b->number_at.column,
                              "expected a number of its own, found %d, which %s has too", b->number, a->path);
        }
    return true;
}
