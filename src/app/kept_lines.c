#include "kept_lines.h"

#include "experiment_parts.h"
#include "json_fields.h"
#include "file.h"
#include "kept_measures.h"
#include "mem.h"
#include "run_folder.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP_MOST = 1000000, TAIL_BYTES = 32 << 10 }; // updates that may be missing in one place; of kept_end_read()
static const size_t MOST_BYTES = (size_t)4 << 30;
#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static const struct field point_fields[] = {
    {"loss", FIELD_FLOAT, offsetof(struct run_point, loss), 0, NULL},
    {"grad_norm", FIELD_FLOAT, offsetof(struct run_point, grad_norm), 0, NULL},
    {"clip_scale", FIELD_FLOAT, offsetof(struct run_point, clip_scale), 0, NULL},
    {"lr", FIELD_FLOAT, offsetof(struct run_point, lr), 0, NULL},
    {"seconds", FIELD_FLOAT, offsetof(struct run_point, seconds), 0, NULL},
    {"tokens", FIELD_INT, offsetof(struct run_point, tokens), 0, NULL},
};
static const struct field check_fields[] = {
    {"validation_loss", FIELD_REAL, offsetof(struct run_check, valid_loss), 0, NULL},
    {"accuracy", FIELD_REAL, offsetof(struct run_check, accuracy), 0, NULL},
};
static const struct field update_field = {"update", FIELD_LONG, offsetof(struct kept_at, update), 0, NULL};
static const struct field branch_fields[] = {
    {"branch", FIELD_LONG, offsetof(struct kept_at, branch), 0, NULL},
    {"from", FIELD_LONG, offsetof(struct kept_at, update), 0, NULL},
};

// ---- writing ----

void kept_put_point(struct str *out, int64_t update, const struct run_point *point) {
    str_printf(out, "{\"update\":%lld,", (long long)update);
    fields_write(out, point_fields, COUNT(point_fields), point);
    str_put(out, "}\n");
}

void kept_put_check(struct str *out, const struct run_check *check) {
    str_printf(out, "{\"update\":%lld,", (long long)check->update);
    fields_write(out, check_fields, COUNT(check_fields), check);
    str_put(out, ",\"text\":[");
    for (int i = 0; i < CHECK_TEXTS; i++) {
        if (i > 0) str_put_char(out, ',');
        json_put_text(out, check->text[i]);
    }
    str_put_char(out, ']');
    if (check->measures) {
        str_put(out, ",\"measures\":");
        kept_put_measures(out, check->measures);
    }
    str_put(out, "}\n");
}

void kept_put_branch(struct str *out, int64_t branch, int64_t from) {
    const struct kept_at at = {branch, from};
    str_put_char(out, '{');
    fields_write(out, branch_fields, COUNT(branch_fields), &at);
    str_put(out, "}\n");
}

// ---- reading ----

enum outcome { LINE_TAKEN, LINE_DAMAGED, LINE_LATER, LINE_NO_MEMORY };
struct reading {
    struct kept_curve *curve;
    struct kept_at until;
    const struct lines *lines; // of which file
    int64_t branch;            // of the lines at hand
};
struct lines {
    const char *name;
    enum outcome (*take)(struct reading *r, const json_t *json, int64_t update);
    void (*cut)(struct kept_curve *curve, int64_t from);
};

static bool add_point(struct kept_curve *curve, const struct run_point *point) {
    struct point_list list = {curve->points, curve->count, curve->room};
    bool good = point_add(&list, point);
    curve->points = list.items;
    curve->count = list.count;
    curve->room = list.room;
    return good;
}

static enum outcome take_point(struct reading *r, const json_t *json, int64_t update) {
    struct kept_curve *curve = r->curve;
    const struct run_point none = {NAN, NAN, NAN, NAN, 0, 0};
    struct run_point point = none;
    if (!fields_read(json, point_fields, COUNT(point_fields), &point, NULL) || update <= curve->count ||
        update > curve->count + GAP_MOST)
        return LINE_DAMAGED;
    while (curve->count < update - 1)
        if (!add_point(curve, &none)) return LINE_NO_MEMORY;
    return add_point(curve, &point) ? LINE_TAKEN : LINE_NO_MEMORY;
}

static bool read_texts(const json_t *list, struct run_check *check) {
    for (size_t i = 0; i < CHECK_TEXTS; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text) str_line(text, strlen(text), check->text[i], CHECK_TEXT);
    }
    return !list || json_is_array(list);
}

static enum outcome take_check(struct reading *r, const json_t *json, int64_t update) {
    struct kept_curve *curve = r->curve;
    struct run_check check = {.update = update, .train_loss = NAN, .valid_loss = NAN, .accuracy = NAN};
    int64_t before = curve->check_count > 0 ? curve->checks[curve->check_count - 1].update : -1;
    if (!fields_read(json, check_fields, COUNT(check_fields), &check, NULL) || update <= before ||
        !read_texts(json_object_get(json, "text"), &check))
        return LINE_DAMAGED;
    if (curve->check_count == curve->check_room) {
        size_t room = (size_t)curve->check_room, more = room > 0 ? 2 * room : 16;
        struct run_check *checks = mem_grow(curve->checks, room * sizeof *checks, more * sizeof *checks);
        if (!checks) return LINE_NO_MEMORY;
        curve->checks = checks;
        curve->check_room = (int)more;
    }
    check.measures = kept_read_measures(json_object_get(json, "measures"));
    curve->checks[curve->check_count++] = check;
    if (!(check.valid_loss >= curve->best) && !isnan(check.valid_loss)) curve->best = check.valid_loss;
    return LINE_TAKEN;
}

static void cut_points(struct kept_curve *curve, int64_t from) {
    if (curve->count > from) curve->count = from;
}

static void cut_checks(struct kept_curve *curve, int64_t from) {
    while (curve->check_count > 0 && curve->checks[curve->check_count - 1].update > from)
        run_check_release(&curve->checks[--curve->check_count]);
}

// What the branch before had after `from` is left out.
static enum outcome take_branch(struct reading *r, const json_t *json) {
    struct kept_at at = {-1, -1};
    if (!fields_read(json, branch_fields, COUNT(branch_fields), &at, NULL) || at.branch <= r->branch || at.update < 0)
        return LINE_DAMAGED;
    if (at.branch > r->until.branch) return LINE_LATER;
    r->branch = at.branch;
    r->lines->cut(r->curve, at.update);
    return LINE_TAKEN;
}

static enum outcome take_json(struct reading *r, const json_t *json) {
    struct kept_at at = {0, -1};
    if (json_object_get(json, "branch")) return take_branch(r, json);
    if (!fields_read(json, &update_field, 1, &at, NULL) || at.update < 0) return LINE_DAMAGED;
    if (r->branch == r->until.branch && at.update > r->until.update) return LINE_LATER;
    return r->lines->take(r, json, at.update);
}

// first: the line; cut: the last one has no end.
static void say_left_out(struct str *remarks, const char *path, long damaged, long first, bool cut) {
    if (damaged == 0) return;
    if (remarks->size > 0) str_put_char(remarks, ' ');
    if (damaged == 1)
        str_printf(remarks, "%s: line %ld is %s and was left out.", path, first, cut ? "cut off" : "damaged");
    else
        str_printf(remarks, "%s: %ld damaged lines were left out, line %ld first.", path, damaged, first);
}

// *size: bytes of the lines that were read.
static bool read_lines(struct reading *r, const char *folder, int k, int64_t *size, struct str *remarks,
                       struct err *err) {
    struct bytes bytes;
    char path[RUN_FOLDER_PATH];
    run_path(folder, k, r->lines->name, path);
    *size = 0;
    if (!file_exists(path)) return true;
    if (!file_read(path, MOST_BYTES, &bytes, err)) return false;
    enum outcome outcome = LINE_TAKEN;
    const char *at = bytes.data, *end = bytes.data + bytes.size;
    long damaged = 0, first = 0;
    bool cut = false;
    r->branch = 1;
    for (long line = 1; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        json_t *json = stop ? json_loadb(at, (size_t)(stop - at), JSON_REJECT_DUPLICATES, NULL) : NULL;
        outcome = json ? take_json(r, json) : LINE_DAMAGED;
        json_decref(json);
        if (outcome == LINE_DAMAGED && damaged++ == 0) first = line;
        cut = !stop;
        if (cut || outcome == LINE_LATER || outcome == LINE_NO_MEMORY) break;
        at = stop + 1;
    }
    say_left_out(remarks, path, damaged, first, cut);
    *size = at - bytes.data;
    if (r->branch > r->curve->branch) r->curve->branch = r->branch;
    bytes_release(&bytes);
    return outcome != LINE_NO_MEMORY || err_at(err, ERR_MEMORY, path, 0, 0, "no memory for the curves");
}

bool kept_curve_read(const char *folder, int k, struct kept_at at, struct kept_curve *out, struct str *remarks,
                     struct err *err) {
    static const struct lines updates = {"updates.jsonl", take_point, cut_points},
                              checks = {"checks.jsonl", take_check, cut_checks};
    struct reading reading = {.curve = out, .until = at, .lines = &updates};
    *out = (struct kept_curve){.branch = 1, .best = NAN};
    bool good = read_lines(&reading, folder, k, &out->updates_size, remarks, err);
    reading.lines = &checks;
    good = good && read_lines(&reading, folder, k, &out->checks_size, remarks, err);
    if (!good) kept_curve_release(out);
    return good;
}

void kept_curve_release(struct kept_curve *curve) {
    for (int i = 0; i < curve->check_count; i++)
        run_check_release(&curve->checks[i]);
    mem_free(curve->points);
    mem_free(curve->checks);
    *curve = (struct kept_curve){0};
}

// ---- the end ----

// The last bytes of a file: without the line that they begin in the middle of, but at least a whole one where there is
// one. Empty where it cannot be read.
static void read_tail(const char *folder, int k, const char *name, struct str *out) {
    char path[RUN_FOLDER_PATH];
    run_path(folder, k, name, path);
    FILE *file = fopen(path, "rb");
    if (!file) return;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    for (long room = TAIL_BYTES; size > 0; room *= 8) {
        long from = size > room ? size - room : 0;
        char *bytes = mem_alloc((size_t)(size - from));
        if (!bytes) break;
        fseek(file, from, SEEK_SET);
        size_t got = fread(bytes, 1, (size_t)(size - from), file);
        const char *end = bytes + got, *stop = from > 0 ? memchr(bytes, '\n', got) : NULL;
        const char *first = from == 0 ? bytes : stop ? stop + 1 : end;
        bool whole = from == 0 || memchr(first, '\n', (size_t)(end - first));
        if (whole) str_put_n(out, first, (size_t)(end - first));
        mem_free(bytes);
        if (whole) break;
    }
    fclose(file);
}

// Gives each whole line of the tail that is an update's or a checkpoint's.
static void each_line(const struct str *tail, struct kept_end *end,
                      void (*take)(struct kept_end *end, const json_t *json, int64_t update)) {
    const char *at = str_text(tail);
    for (const char *stop; (stop = strchr(at, '\n')); at = stop + 1) {
        struct kept_at place = {0, -1};
        json_t *json = json_loadb(at, (size_t)(stop - at), 0, NULL);
        if (json && fields_read(json, &update_field, 1, &place, NULL) && place.update >= 0)
            take(end, json, place.update);
        json_decref(json);
    }
}

static void end_point(struct kept_end *end, const json_t *json, int64_t update) {
    struct run_point point = {NAN, NAN, NAN, NAN, 0, 0};
    if (!fields_read(json, point_fields, COUNT(point_fields), &point, NULL)) return;
    end->update = update;
    double loss = (double)point.loss;
    end->train_loss = isnan(end->train_loss) ? loss : 0.95 * end->train_loss + 0.05 * loss;
}

static void end_check(struct kept_end *end, const json_t *json, int64_t update) {
    struct run_check check = {.valid_loss = NAN, .accuracy = NAN};
    if (!fields_read(json, check_fields, COUNT(check_fields), &check, NULL)) return;
    end->check_update = update;
    end->valid_loss = check.valid_loss;
    end->accuracy = check.accuracy;
}

struct kept_end kept_end_read(const char *folder, int k) {
    struct kept_end end = {.train_loss = NAN, .valid_loss = NAN, .accuracy = NAN, .check_update = -1};
    struct str tail = {0};
    read_tail(folder, k, "updates.jsonl", &tail);
    each_line(&tail, &end, end_point);
    str_clear(&tail);
    read_tail(folder, k, "checks.jsonl", &tail);
    each_line(&tail, &end, end_check);
    str_release(&tail);
    return end;
}
